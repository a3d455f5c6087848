// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { chooseLanguage } from '.';
import { en } from './en';
import { zhHant } from './zh-Hant';

type Tree = { readonly [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value);
    else for (const [name, text] of flat(value, `${prefix}${key}.`)) found.set(name, text);
  }
  return found;
}

const chinese = flat(zhHant);
const english = flat(en);
const placeholders = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe('UX 27, F-UI-12 the catalogues', () => {
  test('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
  });

  test('leave no text empty', () => {
    const empty = [...chinese, ...english].filter(([, text]) => text.trim() === '');
    expect(empty).toEqual([]);
  });

  test('fill the same placeholders', () => {
    const different = [...chinese].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(english.get(key)).join(),
    );
    expect(different).toEqual([]);
  });
});

describe('what the sources say', () => {
  const sources = Object.entries(
    import.meta.glob<string>('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }),
  )
    .filter(([path]) => !/^\.\/|\.test\./.test(path))
    .map(([, source]) => source)
    .join('\n');
  const literal = new Set([...sources.matchAll(/['`]([\w.-]+)['`]/g)].map(([, text]) => text));
  const made = [
    ...new Set([...sources.matchAll(/`([\w.-]+\.\$\{[^`]*)`/g)].map(([, text = '']) => text)),
  ].map((text) => new RegExp(`^${text.replaceAll('.', '\\.').replace(/\$\{.*?\}/g, '[\\w-]+')}$`));

  test('every text is shown somewhere', () => {
    const idle = [...chinese.keys()].filter(
      (key) => !literal.has(key) && !made.some((form) => form.test(key)),
    );
    expect(idle).toEqual([]);
  });
});

describe('the language', () => {
  test.each([
    ['nothing', null, [], 'zh-Hant'],
    ['a Taiwanese browser', null, ['zh-TW', 'en-US'], 'zh-Hant'],
    ['an English browser', null, ['en-GB', 'zh-TW'], 'en'],
    ['a German browser that reads English', null, ['de', 'en'], 'en'],
    ['a Vietnamese browser', null, ['vi'], 'zh-Hant'],
    ['what was chosen before', 'en', ['zh-TW'], 'en'],
    ['nonsense in storage', 'xx', ['zh-TW'], 'zh-Hant'],
  ])('follows %s', (_, remembered, preferred, language) => {
    expect(chooseLanguage(remembered, preferred)).toBe(language);
  });
});
