import { useTranslation } from 'react-i18next';
import classes from './Composer.module.css';
import type { Callee } from './mentions';
import type { useMentions } from './useMentions';

/** Whom the @ that is being written may call. */
export function MentionList({ mentions }: { mentions: ReturnType<typeof useMentions> }) {
  const { t } = useTranslation();
  const { found, index, listId, optionId, pick } = mentions;
  const hint = (callee: Callee) => {
    if (callee.kind === 'user') return t('chat.mentionMember');
    return callee.kind === 'all' ? t('chat.mentionAll') : t('chat.mentionRole', { role: callee.name });
  };
  if (found.length === 0) return null;
  return (
    <div className={classes.mentions} role="listbox" id={listId} aria-label={t('chat.mentionList')}>
      {found.map((callee, at) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the text box keeps the focus and names the active option
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are taken by the text box
        <div
          key={callee.key}
          id={optionId(callee)}
          role="option"
          aria-selected={at === index}
          className={classes.mention}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => pick(callee)}
        >
          <strong>{callee.name}</strong>
          <span>{hint(callee)}</span>
        </div>
      ))}
    </div>
  );
}
