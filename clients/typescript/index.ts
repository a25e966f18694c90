import createClient, { type Client, type ClientOptions } from 'openapi-fetch';
import { type paths } from './safar-api.js';

export type { components, operations, paths } from './safar-api.js';

export interface SafarClientOptions extends Pick<ClientOptions, 'fetch'> {
  /** For example `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Without it, the browser's own session. */
  readonly apiKey?: string;
  /** Of refusals: `en` unless told otherwise. */
  readonly language?: 'en' | 'fa';
}

/** Safar over HTTP: `client.GET('/v1/customers/{id}', …)`, with the types of docs/api/openapi.json. */
export const createSafarClient = ({ url, apiKey, language = 'en', fetch }: SafarClientOptions): Client<paths> =>
  createClient<paths>({
    baseUrl: url,
    headers: {
      'accept-language': language,
      // What a page elsewhere cannot send; without it a session changes nothing.
      ...(apiKey === undefined ? { 'x-safar-request': '1' } : { authorization: `Bearer ${apiKey}` }),
    },
    ...(fetch && { fetch }),
  });
