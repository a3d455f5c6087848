export { AccountSessions } from './AccountSessions';
export { AccountTokens } from './AccountTokens';
export { OwnSessions } from './OwnSessions';
export { OwnTokens } from './OwnTokens';
