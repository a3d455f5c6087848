import { Switch } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { useOpening } from '@/ui/later';
import { Sheet } from '@/ui/Sheet';
import classes from './KeysHelp.module.css';
import { capsOf, type PageKey, pageKeys } from './keys';
import { useCharacterKeys } from './useKeys';

/** Keys that belong to one part of the page, which takes them itself. */
const partKeys = {
  composer: [
    { label: 'send', caps: ['Enter'] },
    { label: 'newLine', caps: ['Shift', 'Enter'] },
    { label: 'editLast', caps: ['↑'] },
    { label: 'mention', caps: ['@'] },
    { label: 'cancel', caps: ['Esc'] },
  ],
  viewer: [
    { label: 'turn', caps: ['←', '→'] },
    { label: 'close', caps: ['Esc'] },
  ],
} as const;

/** All keys, and the switch for those that are single characters (UX 17). */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const { on, turn } = useCharacterKeys();
  return (
    <Sheet title={t('keys.title')} size="lg" opened={useOpening(opened)} onClose={onClose}>
      <div className={classes.groups}>
        <Group title={t('keys.page.title')}>
          {(Object.keys(pageKeys) as PageKey[]).map((key) => (
            <Entry key={key} label={t(`keys.page.${key}`)} caps={capsOf(pageKeys[key])} />
          ))}
        </Group>
        <Group title={t('keys.composer.title')}>
          {partKeys.composer.map(({ label, caps }) => (
            <Entry key={label} label={t(`keys.composer.${label}`)} caps={caps} />
          ))}
        </Group>
        <Group title={t('keys.viewer.title')}>
          {partKeys.viewer.map(({ label, caps }) => (
            <Entry key={label} label={t(`keys.viewer.${label}`)} caps={caps} />
          ))}
        </Group>
      </div>
      <Switch
        mt="lg"
        label={t('keys.characters')}
        description={t('keys.charactersHint')}
        checked={on}
        onChange={(event) => turn(event.currentTarget.checked)}
      />
    </Sheet>
  );
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className={classes.title}>{title}</h3>
      <dl className={classes.keys}>{children}</dl>
    </section>
  );
}

function Entry({ label, caps }: { label: string; caps: readonly string[] }) {
  return (
    <div className={classes.key}>
      <dt>{label}</dt>
      <dd>
        {caps.map((cap) => (
          <Fragment key={cap}>
            <kbd>{cap}</kbd>{' '}
          </Fragment>
        ))}
      </dd>
    </div>
  );
}
