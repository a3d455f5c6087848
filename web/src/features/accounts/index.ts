export { Accounts } from './Accounts';
export { type AccountFilters, readAccountFilters } from './filters';
