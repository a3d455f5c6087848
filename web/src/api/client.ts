import createFetchClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import type { paths } from './schema';
import { authorizedFetch } from './session';

/** Typed requests. */
export const api = createFetchClient<paths>({
  baseUrl: window.location.origin,
  fetch: authorizedFetch,
  querySerializer: { array: { style: 'form', explode: true } },
});

/** The same as queries and mutations of the cache. */
export const $api = createQueryClient(api);
