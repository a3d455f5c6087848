export { SearchLink } from './SearchLink';
export { SearchScreen } from './SearchScreen';
export { readTerms, type Terms } from './terms';
