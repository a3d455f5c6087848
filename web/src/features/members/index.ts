export { type Act, can, canDeleteFile, rolesToGive } from './can';
export { Members } from './Members';
export { RoleBadge } from './RoleBadge';
