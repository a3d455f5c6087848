import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Popup, useOpened } from '@/ui/later';
import classes from './Composer.module.css';
import { icons, type Kind, kinds } from './kinds';

export const KindMenu: Popup<{ kind: Kind; onChange: (kind: Kind) => void }> = ({
  kind,
  onChange,
  button,
}) => {
  const { t } = useTranslation();
  const { opened, setOpened, target } = useOpened(button);
  return (
    <Menu opened={opened} onChange={setOpened} position="top-start" shadow="md" withinPortal>
      <Menu.Target>{target}</Menu.Target>
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
};
