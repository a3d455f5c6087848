export { Hold } from './Hold';
export { Retention } from './Retention';
