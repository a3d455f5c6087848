export { AccountSessions } from './AccountSessions';
export { OwnSessions } from './OwnSessions';
