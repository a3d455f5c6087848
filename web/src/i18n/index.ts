import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Catalogue } from './catalogue';
import type { zhHant } from './zh-Hant';

export const languages = ['zh-Hant', 'en'] as const;
export type Language = (typeof languages)[number];

/** How each language names itself. */
export const languageNames: Record<Language, string> = { 'zh-Hant': '中文', en: 'English' };

/** Each comes when it is wanted: a page speaks one. */
const catalogues: Record<Language, () => Promise<Catalogue>> = {
  'zh-Hant': async () => (await import('./zh-Hant')).zhHant,
  en: async () => (await import('./en')).en,
};

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

/** The language that was asked for last: a slow catalogue does not overtake it. */
let wanted: Language | undefined;

/** Fails, and changes nothing, when the catalogue cannot be had. */
export async function setLanguage(language: Language): Promise<void> {
  wanted = language;
  if (!i18next.hasResourceBundle(language, 'translation')) {
    i18next.addResourceBundle(language, 'translation', await catalogues[language]());
  }
  if (wanted !== language) return;
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // the choice lasts for this tab only
  }
  show(language);
  await i18next.changeLanguage(language);
}

export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : 'zh-Hant';
}

export async function startLanguages(
  language = chooseLanguage(remembered(), navigator.languages),
): Promise<void> {
  show(language);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: await catalogues[language]() } },
    interpolation: { escapeValue: false }, // React escapes
  });
}

/** Fetches the other languages, so that changing to them needs no network. */
export async function fetchLanguages(): Promise<void> {
  await Promise.all(languages.map((language) => catalogues[language]()));
}
