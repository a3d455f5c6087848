export { Login } from './Login';
export { Preferences } from './Preferences';
export { Starting } from './Starting';
export { Account, UserMenu } from './UserMenu';
