import { later } from '@/ui/later';
import { Waiting } from '@/ui/Waiting';

export type { Unsent } from './Account';
export { Starting } from './Starting';
export { UserMenu } from './UserMenu';

export const Account = later(async () => (await import('./Account')).Account, Waiting);
export const Login = later(async () => (await import('./Login')).Login, Waiting);
