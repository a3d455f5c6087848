export { Design } from './Design';
