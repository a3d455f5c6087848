import { useTranslation } from 'react-i18next';
import { currentLanguage, type Language } from '@/i18n';

/** The language on the screen; renders again when it changes. */
export function useLanguage(): Language {
  useTranslation();
  return currentLanguage();
}
