import type { zhHant } from './zh-Hant';

type Text<T> = { readonly [K in keyof T]: T[K] extends string ? string : Text<T[K]> };

/** The shape that every language fills. */
export type Catalogue = Text<typeof zhHant>;
