import { PasswordChangeDto, SignInDto } from '#contracts';
import { type OperationDescription } from '../documents/operation.js';
import { cursor, flag, id, limit, text } from '../documents/parameters.js';

const body = ['malformed_json', 'empty_body', 'invalid_parameters', 'body_too_large', 'unsupported_encoding'] as const;
const cookie = { 'Set-Cookie': 'The session, for pages of this site only.' };
const ownPage = { 'X-Safar-Request': text('Anything: that a page elsewhere cannot send it.') };
const page = { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000', 'x-safar-request': '1' };

export const signIn: OperationDescription = {
  id: 'signIn',
  tag: 'sessions',
  summary: 'Sign in with a password',
  headers: ownPage,
  body: { 'application/json': { dto: SignInDto } },
  answers: { 201: { description: 'Signed in.', headers: cookie } },
  problems: [...body, 'sign_in_refused', 'foreign_page', 'too_many_attempts', 'no_role', 'overloaded'],
  examples: [
    {
      summary: 'With a password that is not right',
      headers: page,
      body: { name: 'sara', password: 'not it' },
      status: 401,
    },
    { summary: 'From a page elsewhere', body: { name: 'sara', password: 'not it' }, status: 403 },
  ],
};

export const signOut: OperationDescription = {
  id: 'signOut',
  tag: 'sessions',
  summary: 'Sign out',
  headers: ownPage,
  answers: { 204: { description: 'The session has ended.', headers: { 'Set-Cookie': 'Takes the cookie away.' } } },
  problems: ['session_not_found'],
  examples: [{ summary: 'With an API key, which has no session', status: 404 }],
};

export const whoAmI: OperationDescription = {
  id: 'whoAmI',
  tag: 'sessions',
  summary: 'Who calls, and what they may do',
  answers: { 200: { description: 'The caller, with rules for @casl/ability.' } },
  examples: [{ summary: 'As an API key', status: 200 }],
};

export const changePassword: OperationDescription = {
  id: 'changePassword',
  tag: 'sessions',
  summary: 'Change one’s own password',
  headers: ownPage,
  body: { 'application/json': { dto: PasswordChangeDto } },
  answers: { 204: { description: 'It is changed; other sessions have ended.' } },
  problems: [...body, 'session_not_found', 'sign_in_refused', 'weak_password', 'too_many_attempts', 'overloaded'],
  examples: [{ summary: 'With an API key, which has no password', body: { current: 'a', next: 'b' }, status: 404 }],
};

export const listSessions: OperationDescription = {
  id: 'listSessions',
  tag: 'sessions',
  summary: 'List sessions',
  query: { all: flag('Everybody’s, for whoever may see them.'), limit, cursor },
  answers: { 200: { description: 'One’s own, or all.' } },
  problems: ['invalid_parameters'],
  examples: [{ summary: 'Of everybody', query: { all: 'true' }, status: 200 }],
};

export const endSession: OperationDescription = {
  id: 'endSession',
  tag: 'sessions',
  summary: 'End a session',
  path: { id: id('Id of the session.') },
  headers: ownPage,
  answers: { 204: { description: 'It has ended.' } },
  problems: ['session_not_found'],
  examples: [{ summary: 'One that is not there', path: { id: '0f7b5c1e-1111-4222-8333-444455556666' }, status: 404 }],
};

const redirect = { Location: 'Where the browser goes.', ...cookie };

export const beginOidc: OperationDescription = {
  id: 'beginOidcSignIn',
  tag: 'sessions',
  summary: 'Sign in at the organisation’s provider',
  description: 'For browsers. Not found where no provider is configured.',
  query: { returnTo: text('Path of this site at which it ends.') },
  answers: { 303: { description: 'To the provider.', content: {}, headers: redirect } },
  problems: ['route_not_found', 'unavailable'],
  examples: [{ summary: 'Where there is no provider', query: { returnTo: '/' }, status: 404 }],
};

export const finishOidc: OperationDescription = {
  id: 'finishOidcSignIn',
  tag: 'sessions',
  summary: 'Come back from the provider',
  description: 'For browsers: the provider sends them here.',
  query: {
    code: text('From the provider.'),
    state: text('From the provider.'),
    iss: text('From the provider.'),
    error: text('From the provider.'),
  },
  answers: { 303: { description: 'Signed in.', content: {}, headers: redirect } },
  problems: ['route_not_found', 'sign_in_refused', 'no_role', 'unavailable'],
  examples: [{ summary: 'Where there is no provider', query: { code: 'x', state: 'y' }, status: 404 }],
};
