import { ActionIcon, Menu } from '@mantine/core';
import { CircleCheckBig, MessageSquare, TrendingUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { SendMessageFrame } from '@/api/types';
import classes from './Composer.module.css';

export type Kind = SendMessageFrame['message_type'];

const kinds: readonly Kind[] = ['TEXT', 'DECISION', 'STATUS_UPDATE'];
const icons = { TEXT: MessageSquare, DECISION: CircleCheckBig, STATUS_UPDATE: TrendingUp };

/** What the next message is: talk, a decision, or how far the work has come. */
export function KindMenu({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  const { t } = useTranslation();
  const Current = icons[kind];
  return (
    <Menu position="top-start" shadow="md" withinPortal>
      <Menu.Target>
        <ActionIcon
          className={classes.kind}
          variant={kind === 'TEXT' ? 'subtle' : 'light'}
          color={kind === 'TEXT' ? 'gray' : undefined}
          size="lg"
          aria-label={t('chat.kindNow', { kind: t(`chat.kinds.${kind}`) })}
        >
          <Current size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('chat.kind')}>
        <Menu.RadioGroup value={kind} onChange={(value) => onChange(value as Kind)}>
          {kinds.map((one) => {
            const Icon = icons[one];
            return (
              <Menu.RadioItem
                key={one}
                value={one}
                closeMenuOnClick
                rightSection={<Icon size={18} aria-hidden />}
              >
                {t(`chat.kinds.${one}`)}
                <span className={classes.kindHint}>{t(`chat.kindHint.${one}`)}</span>
              </Menu.RadioItem>
            );
          })}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
