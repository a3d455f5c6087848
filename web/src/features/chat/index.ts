export { Composer, type Mode } from './Composer';
export { Conversation, type Goal } from './Conversation';
export { changed } from './change';
export { type Draft, Drafts } from './drafts';
export type { Kind } from './kinds';
export {
  append,
  type Bound,
  covers,
  emptyAfter,
  extend,
  type Folded,
  findMessage,
  goTo,
  goToNewest,
  type Log,
  logOf,
  shown,
  withoutFar,
} from './log';
export { calls, mentionsIn } from './mentions';
export { Outbox, type Pending, type Said } from './outbox';
export { fetchOpening, fetchPage, firstUnread } from './pages';
export { Reading } from './reading';
export { mayEdit } from './Talk';
export { TypingLine } from './TypingLine';
export { Typing } from './typing';
