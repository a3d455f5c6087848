import { later } from '@/ui/later';
import { Waiting } from '@/ui/Waiting';

export { Breadcrumbs } from './Breadcrumbs';
export { type Filters, readFilters } from './filters';
export { JumpToRoom } from './JumpToRoom';
export { rememberedPlace } from './lastPlace';
export type { May } from './moves';
export { placeText } from './place';
export { RoomHeader } from './RoomHeader';
export { RoomList } from './RoomList';
export { roomPageQuery } from './roomPage';
export { progress } from './useTick';

export const Checklist = later(async () => (await import('./Checklist')).Checklist, Waiting);
export const Details = later(async () => (await import('./Details')).Details, Waiting);
export const Settings = later(async () => (await import('./Settings')).Settings);
