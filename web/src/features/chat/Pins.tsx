import { UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, Pin } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { pinsQuery } from '@/api/keys';
import { opener } from '@/ui/later';
import classes from './Message.module.css';
import { useFirstLine } from './Quote';

const PinList = opener('dialog', async () => (await import('./PinList')).PinList);

interface Props {
  roomId: string;
  onJump: (seq: number) => void;
}

/** The room's short history: one line above the conversation that opens to all pins (UX 19). */
export function Pins({ roomId, onJump }: Props) {
  const { t } = useTranslation();
  const firstLine = useFirstLine();
  const pins = useQuery(pinsQuery(roomId));
  const messages = pins.data?.messages.filter((message) => message.deleted === undefined) ?? [];
  const last = messages.at(-1);
  if (last === undefined) return null;
  return (
    <PinList
      messages={messages}
      onJump={onJump}
      button={
        <UnstyledButton className={classes.pinBar} aria-label={t('chat.pins')}>
          <Pin size={14} aria-hidden />
          <strong>{t('chat.pinsCount', { count: messages.length })}</strong>
          <span className={classes.pinText}>{firstLine(last)}</span>
          <ChevronDown size={16} aria-hidden />
        </UnstyledButton>
      }
    />
  );
}
