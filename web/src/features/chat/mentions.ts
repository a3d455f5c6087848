import type { Member, Mentions, Role } from '@/api/types';
import { type Language, languages } from '@/i18n';
import { called } from '@/i18n/called';

const roles: readonly Role[] = ['OWNER', 'EDITOR', 'VIEWER'];

/** Somebody who can be called: a member, everybody of a role, all. */
export type Callee =
  | { kind: 'user'; key: string; name: string; userId: string }
  | { kind: 'role'; key: string; name: string; role: Role }
  | { kind: 'all'; key: string; name: string };

/** Whom a text may call, members first. */
export function callees(members: Member[], language: Language): Callee[] {
  const names = called[language];
  return [
    ...members.map((one) => ({
      kind: 'user' as const,
      key: one.user_id,
      name: one.name,
      userId: one.user_id,
    })),
    ...roles.map((role) => ({ kind: 'role' as const, key: role, name: names.role[role], role })),
    { kind: 'all' as const, key: 'all', name: names.all },
  ];
}

/** The same in every language: a text keeps its words when the screen changes its own. */
function calleesOfAll(members: Member[]): Callee[] {
  return languages.flatMap((language) => callees(members, language));
}

/** A pattern for any of these names after an @, the longest first; nothing without names. */
function pattern(names: string[]): RegExp | undefined {
  const sorted = [...new Set(names)].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return undefined;
  const escaped = sorted.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`@(?:${escaped.join('|')})`, 'g');
}

/** Whom a text calls by its `@name`s; nothing when nobody. */
export function mentionsIn(said: string, members: Member[]): Mentions | undefined {
  const known = calleesOfAll(members);
  const found = new Set(
    said.match(pattern(known.map((one) => one.name)) ?? /$^/g)?.map((one) => one.slice(1)),
  );
  const called = known.filter((one) => found.has(one.name));
  if (called.length === 0) return undefined;
  const users = [...new Set(called.flatMap((one) => (one.kind === 'user' ? [one.userId] : [])))].slice(0, 50);
  const byRole = roles.filter((role) => called.some((one) => one.kind === 'role' && one.role === role));
  return {
    ...(called.some((one) => one.kind === 'all') ? { all: true } : {}),
    ...(byRole.length > 0 ? { roles: byRole } : {}),
    ...(users.length > 0 ? { users } : {}),
  };
}

/** Whether somebody who has that role is called. */
export function calls(mentions: Mentions | undefined, userId: string, role: Role | undefined): boolean {
  if (mentions === undefined) return false;
  if (mentions.users?.includes(userId)) return true;
  return role !== undefined && (mentions.all === true || mentions.roles?.includes(role) === true);
}

export interface TextPart {
  text: string;
  /** Whom this part calls. */
  called?: Callee;
}

/** A text in parts, its calls apart; a name that the message does not call is plain text. */
export function textParts(said: string, mentions: Mentions | undefined, members: Member[]): TextPart[] {
  if (mentions === undefined) return [{ text: said }];
  const named = calleesOfAll(members).filter((one) => {
    if (one.kind === 'all') return mentions.all === true;
    return one.kind === 'role'
      ? mentions.roles?.includes(one.role) === true
      : mentions.users?.includes(one.userId) === true;
  });
  const names = pattern(named.map((one) => one.name));
  if (names === undefined) return [{ text: said }];
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of said.matchAll(names)) {
    if (match.index > end) parts.push({ text: said.slice(end, match.index) });
    parts.push({ text: match[0], called: named.find((one) => `@${one.name}` === match[0]) });
    end = match.index + match[0].length;
  }
  if (end < said.length) parts.push({ text: said.slice(end) });
  return parts;
}

/** What is being looked for: the `@…` before the caret, without a blank; undefined when none is open. */
export function openMention(said: string, caret: number): { from: number; query: string } | undefined {
  const match = /(?:^|[^\p{L}\p{N}@]|(?<=\p{Script=Han}))@([^\s@]{0,30})$/u.exec(said.slice(0, caret));
  if (match === null) return undefined;
  const query = match[1] ?? '';
  return { from: caret - query.length - 1, query };
}

/** Those whose name holds the query; a name that begins with it first. */
export function matching(list: Callee[], query: string): Callee[] {
  const wanted = query.toLocaleLowerCase();
  const at = (one: Callee) => one.name.toLocaleLowerCase().indexOf(wanted);
  const found = list.filter((one) => at(one) >= 0);
  return [...found.filter((one) => at(one) === 0), ...found.filter((one) => at(one) > 0)].slice(0, 8);
}
