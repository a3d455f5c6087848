export { Breadcrumbs } from './Breadcrumbs';
export { Declare } from './Declare';
export { Details } from './Details';
export { type Filters, readFilters } from './filters';
export { rememberedPlace } from './lastPlace';
export { RoomHeader } from './RoomHeader';
export { RoomList } from './RoomList';
