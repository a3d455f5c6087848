import { useTranslation } from 'react-i18next';
import type { Message, Reaction } from '@/api/types';
import { formats } from '@/i18n/format';
import { Hint } from '@/ui/Hint';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Message.module.css';
import { useTalk } from './Talk';
import { useActs } from './useActs';

/** Offered at once; any other that somebody has used can be joined (UX 15). */
export const quickEmoji = ['👍', '✅', '👀', '🙏', '💪', '❌'] as const;

export function reactedWith(message: Message, emoji: string, userId: string): boolean {
  const reaction = message.reactions?.find((one) => one.emoji === emoji);
  return reaction?.users.some((user) => user.user_id === userId) ?? false;
}

export function useNames(): (reaction: Reaction) => string {
  const { list } = formats(useLanguage());
  return ({ users }) => list.format(users.map((user) => user.name));
}

/** What stands under a message: each emoji a toggle with its count, and who on hover and focus. */
export function Reactions({ message }: { message: Message }) {
  const { t } = useTranslation();
  const { me, mayReact } = useTalk();
  const { react } = useActs(message);
  const names = useNames();
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  return (
    <ul className={classes.reactions} aria-label={t('chat.reactions')}>
      {reactions.map((reaction) => {
        const { emoji, users } = reaction;
        const mine = reactedWith(message, emoji, me.user_id);
        const label = t('chat.reacted', { emoji, names: names(reaction) });
        return (
          <li key={emoji}>
            <Hint label={label}>
              <button
                type="button"
                className={classes.reaction}
                aria-pressed={mine}
                aria-label={label}
                disabled={!mayReact}
                onClick={() => react(emoji, !mine)}
              >
                <span aria-hidden>{emoji}</span>
                <span className="figures">{users.length}</span>
              </button>
            </Hint>
          </li>
        );
      })}
    </ul>
  );
}

/** The six quick ones. */
export function QuickReactions({
  message,
  onChosen,
  few,
}: {
  message: Message;
  onChosen?: () => void;
  few?: boolean;
}) {
  const { t } = useTranslation();
  const { me } = useTalk();
  const { react } = useActs(message);
  return (few ? quickEmoji.slice(0, 3) : quickEmoji).map((emoji) => {
    const mine = reactedWith(message, emoji, me.user_id);
    return (
      <button
        key={emoji}
        type="button"
        className={classes.quick}
        aria-pressed={mine}
        aria-label={t('chat.react', { emoji })}
        onClick={() => {
          react(emoji, !mine);
          onChosen?.();
        }}
      >
        {emoji}
      </button>
    );
  });
}
