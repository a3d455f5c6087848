import { type MantineColorScheme, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Language, languageNames, languages, setLanguage } from '@/i18n';
import { useLanguage } from '@/ui/useLanguage';
import classes from './Auth.module.css';

export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <SegmentedControl
      aria-label={t('settings.language')}
      value={language}
      onChange={(value) => void setLanguage(value as Language)}
      data={languages.map((value) => ({ value, label: languageNames[value] }))}
    />
  );
}

function SchemeSwitch() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label={t('settings.theme')}
      value={colorScheme}
      onChange={(value) => setColorScheme(value as MantineColorScheme)}
      data={[
        { value: 'light', label: t('settings.light') },
        { value: 'dark', label: t('settings.dark') },
        { value: 'auto', label: t('settings.system') },
      ]}
    />
  );
}

/** What somebody chooses for this device. */
export function Preferences() {
  const { t } = useTranslation();
  return (
    <div className={classes.preferences}>
      <div>
        <p aria-hidden>{t('settings.language')}</p>
        <LanguageSwitch />
      </div>
      <div>
        <p aria-hidden>{t('settings.theme')}</p>
        <SchemeSwitch />
      </div>
    </div>
  );
}
