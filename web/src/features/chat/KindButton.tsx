import { ActionIcon } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { opener } from '@/ui/later';
import classes from './Composer.module.css';
import { icons, type Kind } from './kinds';

const KindMenu = opener('menu', async () => (await import('./KindMenu')).KindMenu);

/** What the next message is: talk, a decision, or how far the work has come. */
export function KindButton({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  const { t } = useTranslation();
  const Current = icons[kind];
  return (
    <KindMenu
      kind={kind}
      onChange={onChange}
      button={
        <ActionIcon
          className={classes.kind}
          variant={kind === 'TEXT' ? 'subtle' : 'light'}
          color={kind === 'TEXT' ? 'gray' : undefined}
          size="lg"
          aria-label={t('chat.kindNow', { kind: t(`chat.kinds.${kind}`) })}
        >
          <Current size={20} aria-hidden />
        </ActionIcon>
      }
    />
  );
}
