export { Login } from './Login';
export { Preferences } from './Preferences';
export { Starting } from './Starting';
export { Account, type Unsent, UserMenu } from './UserMenu';
