import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';
import { zhHant } from './zh-Hant';

export const languages = ['zh-Hant', 'en'] as const;
export type Language = (typeof languages)[number];

/** How each language names itself. */
export const languageNames: Record<Language, string> = { 'zh-Hant': '中文', en: 'English' };

const htmlLang: Record<Language, string> = { 'zh-Hant': 'zh-Hant-TW', en: 'en' };
const storageKey = 'task-reporter.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof zhHant };
  }
}

function isLanguage(value: string | null): value is Language {
  return languages.some((language) => language === value);
}

/** The remembered language, else the browser's; Chinese unless it clearly says otherwise. */
export function chooseLanguage(remembered: string | null, preferred: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  for (const tag of preferred) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-Hant';
    if (tag.toLowerCase().startsWith('en')) return 'en';
  }
  return 'zh-Hant';
}

function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null; // storage is forbidden in some kiosk profiles
  }
}

function show(language: Language): void {
  document.documentElement.lang = htmlLang[language];
}

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // the choice lasts for this tab only
  }
  show(language);
  void i18next.changeLanguage(language);
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'zh-Hant';
}

export function startLanguages(): void {
  const language = chooseLanguage(remembered(), navigator.languages);
  show(language);
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { 'zh-Hant': { translation: zhHant }, en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
    initAsync: false,
  });
}
