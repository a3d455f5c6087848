export { Stations } from './Stations';
