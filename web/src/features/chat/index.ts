export { Composer } from './Composer';
export { Conversation } from './Conversation';
export { append, emptyAfter, type Folded, fetchNewest, fetchOlder, type Log, prepend } from './log';
export { Outbox, type Pending } from './outbox';
