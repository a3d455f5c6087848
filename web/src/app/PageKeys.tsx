import { useMatch, useNavigate } from '@tanstack/react-router';
import { JumpToRoom } from '@/features/rooms';
import { later, useSince } from '@/ui/later';
import { goToRegion } from './keys';
import { useGoToRoom } from './useGoToRoom';
import { useKeys } from './useKeys';

const KeysHelp = later(async () => (await import('./KeysHelp')).KeysHelp);

/** What the keys open above the page. */
export type Above = 'jump' | 'help' | undefined;

interface Props {
  roomId: string | undefined;
  above: Above;
  onAbove: (above: Above) => void;
}

/** What the page's keys do (UX 17). */
export function PageKeys({ roomId, above, onAbove }: Props) {
  const navigate = useNavigate();
  const { goTo, goToUnread } = useGoToRoom(roomId);
  const searching = useMatch({ from: '/in/search', shouldThrow: false }) !== undefined;
  useKeys({
    jump: () => onAbove('jump'),
    nextUnread: () => void goToUnread(1),
    previousUnread: () => void goToUnread(-1),
    nextRegion: () => goToRegion(1),
    previousRegion: () => goToRegion(-1),
    search: () => {
      if (searching) document.querySelector<HTMLElement>('main input[type="search"]')?.focus();
      else void navigate({ to: '/search', search: { room: roomId } });
    },
    help: () => onAbove('help'),
  });
  const helped = useSince(above === 'help');
  return (
    <>
      <JumpToRoom
        opened={above === 'jump'}
        onClose={() => onAbove(undefined)}
        onChosen={(room) => {
          onAbove(undefined);
          goTo(room);
        }}
      />
      {helped && <KeysHelp opened={above === 'help'} onClose={() => onAbove(undefined)} />}
    </>
  );
}
