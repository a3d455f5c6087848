import { later } from '@/ui/later';
import { Waiting } from '@/ui/Waiting';

export { type Act, can, canDeleteFile, rolesToGive } from './can';
export { RoleBadge } from './RoleBadge';

export const Members = later(async () => (await import('./Members')).Members, Waiting);
