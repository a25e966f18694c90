import { Module } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Pool } from 'pg';
import { type Role } from '#contracts';
import { accessMigrations, type Access, type AuditEntry, createAccess } from '#platform/access';
import { createPool } from '#platform/postgres';
import { createLogger } from '#platform/telemetry';
import { testDatabase, type TestDatabase } from '#testing';
import {
  ACCESS_PORT,
  API_KEY_VERIFIER,
  CONVERSATION_FEED,
  loadConfig,
  PRESENCE,
  QUEUE_FEED,
  READINESS_CHECKS,
  TIMELINE_FEED,
} from '#wiring';
import { createGateway } from '../bootstrap.js';

const root = { kind: 'operator', id: 'cli:root' } as const;
let database: TestDatabase;
let pool: Pool;
let access: Access;
let app: NestFastifyApplication;
let audited: AuditEntry[] = [];
let logged = '';
/** Another process on the same database. */
const another = (): Access =>
  createAccess({
    ...{ pool, clock: { now: () => Date.now() }, sessionLimits: loadConfig({}).sessions },
    audit: (entry) => Promise.resolve(void audited.push(entry)),
  });

beforeAll(async () => {
  database = await testDatabase(accessMigrations);
  pool = createPool({ url: database.url, max: 4, applicationName: 'session test' });
  access = another();
  const ports = [
    { provide: ACCESS_PORT, useValue: access },
    { provide: API_KEY_VERIFIER, useValue: access.apiKeys },
    { provide: TIMELINE_FEED, useValue: {} },
    { provide: QUEUE_FEED, useValue: {} },
    { provide: CONVERSATION_FEED, useValue: {} },
    { provide: PRESENCE, useValue: {} },
    { provide: READINESS_CHECKS, useValue: [] },
  ];
  @Module({ providers: ports, exports: ports })
  class Ports {}
  app = await createGateway({
    imports: [Ports],
    config: { ...loadConfig({}).http, trustedProxies: ['127.0.0.1'] },
    logger: createLogger({ level: 'debug', destination: { write: (line: string) => void (logged += line) } }),
  });
});
afterAll(async () => {
  await app.close();
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query(
    'TRUNCATE access.users, access.identities, access.sessions, access.devices, access.attempts, access.api_keys',
  );
  [audited, logged] = [[], ''];
});

const ours = { host: 'safar.test', origin: 'http://safar.test', 'x-safar-request': '1' };
interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
const send = (method: 'GET' | 'POST' | 'DELETE', url: string, { body, headers = {} }: Sent = {}) =>
  app.inject({
    method,
    url,
    headers: { ...ours, ...headers },
    ...(body !== undefined && { payload: JSON.stringify(body) }),
  });

const add = async (name: string, ...roles: Role[]) => {
  const added = await access.users.add({ name, roles }, root);
  if (!added.ok) throw new Error(added.reason);
  return added.value;
};
/** The header with which the browser of somebody with these roles calls. */
const cookieOf = async (name: string, password: string): Promise<{ readonly cookie: string }> => {
  const answer = await send('POST', '/v1/session', { body: { name, password } });
  return { cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
};
const somebody = async (name: string, ...roles: Role[]) => cookieOf(name, (await add(name, ...roles)).password);

describe('signing in', () => {
  it('sets a cookie that only this host gets and no script reads, and shows no token', async () => {
    const { password } = await add('sara', 'agent');
    const answer = await send('POST', '/v1/session', { body: { name: 'sara', password } });
    expect(answer.statusCode).toBe(201);
    const [cookie = '', device = ''] = [answer.headers['set-cookie']].flat().map(String);
    expect(device).toMatch(
      /^__Host-safar-device=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=15552000$/,
    );
    expect(cookie).toMatch(
      /^__Host-safar-session=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200$/,
    );
    const token = /=([\w-]{43});/.exec(cookie)?.[1] ?? 'none';
    expect(answer.body).not.toContain(token);
    expect(answer.json()).toMatchObject({ user: { name: 'sara' }, signedInBy: 'password', current: true });
    for (const secret of [token, password]) expect(logged + JSON.stringify(audited)).not.toContain(secret);
  });

  it.each<unknown>([
    { name: 'sara' },
    { name: 'sara', password: 1 },
    { name: 'sara', password: 'x', admin: true },
    { name: '', password: '' },
    { name: 'sara', password: 'x'.repeat(1_025) },
    [],
    null,
    { name: 'sara', password: 'x', constructor: 1 },
  ])('does not take %j', async (body) => {
    const answer = await send('POST', '/v1/session', { body });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_parameters']);
    expect(answer.body).not.toContain('sara');
  });

  it('is refused without saying why, in both languages', async () => {
    const { password } = await add('sara', 'agent');
    const wrong = await send('POST', '/v1/session', { body: { name: 'sara', password: 'wrong' } });
    const nobody = await send('POST', '/v1/session', { body: { name: 'nobody', password } });
    expect([wrong.statusCode, wrong.json().code]).toEqual([401, 'sign_in_refused']);
    expect({ ...nobody.json(), traceId: '' }).toEqual({ ...wrong.json(), traceId: '' });
    const persian = await send('POST', '/v1/session', {
      body: { name: 'x', password },
      headers: { 'accept-language': 'fa' },
    });
    expect(persian.json().detail).toMatch(/گذرواژه/);
  });

  it('is refused after five wrong passwords, with Retry-After, for that address', async () => {
    const { password } = await add('sara', 'agent');
    const from = (address: string, typed: string) =>
      send('POST', '/v1/session', { body: { name: 'sara', password: typed }, headers: { 'x-forwarded-for': address } });
    for (let tries = 0; tries < 5; tries++) expect((await from('192.0.2.7', 'wrong')).statusCode).toBe(401);
    const blocked = await from('192.0.2.7', password);
    expect([blocked.statusCode, blocked.json().code]).toEqual([429, 'too_many_attempts']);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(800);
    expect((await from('192.0.2.8', password)).statusCode).toBe(201);
  });

  it('is not refused, after the guesses of others, in a browser in which they have been in before', async () => {
    const { password } = await add('sara', 'agent');
    const signIn = (typed: string, cookie?: string) =>
      send('POST', '/v1/session', { body: { name: 'sara', password: typed }, headers: cookie ? { cookie } : {} });
    const [, device = ''] = [(await signIn(password)).headers['set-cookie']].flat().map(String);
    for (let tries = 0; tries < 6; tries++) await signIn('wrong');
    expect((await signIn(password)).statusCode).toBe(429);
    const [own = ''] = device.split(';');
    expect((await send('GET', '/v1/me', { headers: { cookie: own } })).statusCode).toBe(401);
    expect((await signIn(password, `a=b; ${own}`)).statusCode).toBe(201);
  });
});

describe('a request with a cookie', () => {
  it.each([
    ['without the header', { 'x-safar-request': undefined }],
    ['without Origin', { origin: undefined }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from the same name on another port', { origin: 'http://safar.test:8080' }],
    ['from a sandbox', { origin: 'null' }],
    ['from a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
  ])('changes nothing %s', async (_, changed) => {
    const cookie = await somebody('sara', 'agent');
    const headers = Object.fromEntries(
      Object.entries({ ...ours, ...cookie, ...changed }).filter(([, value]) => value !== undefined),
    );
    for (const url of ['/v1/session', '/v1/sessions/x'])
      expect((await app.inject({ method: 'DELETE', url, headers })).json()).toMatchObject({ code: 'foreign_page' });
    // Nor may another page sign somebody in as somebody else.
    const body = JSON.stringify({ name: 'sara', password: 'x' });
    expect((await app.inject({ method: 'POST', url: '/v1/session', headers, payload: body })).statusCode).toBe(403);
    expect(await access.sessions.list()).toHaveLength(1);
  });

  it('reads from the address bar and from our pages, and from no other page', async () => {
    const { cookie } = await somebody('sara', 'agent');
    const get = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/v1/me', headers: { host: 'safar.test', cookie, ...headers } })).statusCode;
    expect(await get({})).toBe(200);
    expect(await get({ 'sec-fetch-site': 'none' })).toBe(200);
    expect(await get({ origin: 'http://safar.test', 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await get({ origin: 'https://evil.example' })).toBe(403);
    expect(await get({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  });

  it('is nobody with a cookie that is none, or of another name', async () => {
    const { cookie } = await somebody('sara', 'agent');
    for (const other of [
      '__Host-safar-session=',
      cookie.slice(0, -1),
      cookie.replace('__Host-', ''),
      `x${cookie}`,
      `${cookie}x`,
    ])
      expect((await send('GET', '/v1/me', { headers: { cookie: other } })).statusCode).toBe(401);
    expect((await send('GET', '/v1/me', { headers: { cookie: `a=b; ${cookie}; c=d` } })).statusCode).toBe(200);
  });
});

describe('one’s own account', () => {
  it('says who calls and the rules by which a console hides what is refused', async () => {
    const cookie = await somebody('sara', 'analyst');
    const me = (await send('GET', '/v1/me', { headers: cookie })).json();
    expect(me).toMatchObject({ kind: 'user', name: 'sara', roles: ['analyst'] });
    expect(me.rules).toContainEqual({ subject: 'Customer', action: ['read'] });
    const { key } = await access.apiKeys.create({ name: 'shop', scopes: ['touchpoints:write'] }, root);
    const shop = await send('GET', '/v1/me', { headers: { authorization: `Bearer ${key}` } });
    expect(shop.json()).toMatchObject({ kind: 'key', name: 'shop', scopes: ['touchpoints:write'] });
  });

  it('is signed out: the cookie goes, and would not work any more', async () => {
    const cookie = await somebody('sara', 'agent');
    const answer = await send('DELETE', '/v1/session', { headers: cookie });
    expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([
      204,
      '__Host-safar-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0',
    ]);
    expect((await send('GET', '/v1/me', { headers: cookie })).statusCode).toBe(401);
  });

  it('changes its password with the one before', async () => {
    const { password } = await add('sara', 'agent');
    const [here, there] = [await cookieOf('sara', password), await cookieOf('sara', password)];
    const change = (current: string, next: string) =>
      send('POST', '/v1/me/password', { headers: here, body: { current, next } });
    expect((await change('wrong', 'a long new password')).json().code).toBe('sign_in_refused');
    expect((await change(password, 'short')).json()).toMatchObject({ status: 422, code: 'weak_password' });
    expect((await change(password, 'a long new password')).statusCode).toBe(204);
    expect((await send('GET', '/v1/me', { headers: here })).statusCode).toBe(200);
    expect((await send('GET', '/v1/me', { headers: there })).statusCode).toBe(401);
  });

  it('lists its sessions and ends them, and not those of others', async () => {
    const { password } = await add('sara', 'agent');
    const [here, there] = [await cookieOf('sara', password), await cookieOf('sara', password)];
    const reza = await somebody('reza', 'lead');
    const list = async (headers: { cookie: string }, query = '') =>
      (await send('GET', `/v1/sessions${query}`, { headers })).json();
    const { data } = await list(here);
    expect(data).toHaveLength(2);
    expect(data.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
    const other = data.find(({ current }: { current: boolean }) => !current).id;
    expect((await send('DELETE', `/v1/sessions/${other}`, { headers: reza })).json().code).toBe('session_not_found');
    expect((await send('GET', '/v1/sessions?all=true', { headers: reza })).statusCode).toBe(403);
    expect((await send('DELETE', `/v1/sessions/${other}`, { headers: here })).statusCode).toBe(204);
    expect((await send('GET', '/v1/me', { headers: there })).statusCode).toBe(401);
    const admin = await somebody('boss', 'admin');
    const all = await list(admin, '?all=true&limit=2');
    expect(all.data).toHaveLength(2);
    const next = await list(admin, `?all=true&limit=2&cursor=${all.page.next}`);
    expect([next.data.length, next.page.next]).toEqual([1, null]);
    const sara = [...all.data, ...next.data].find(({ user }: { user: { name: string } }) => user.name === 'sara');
    expect((await send('DELETE', `/v1/sessions/${sara.id}`, { headers: admin })).statusCode).toBe(204);
    expect((await send('GET', '/v1/me', { headers: here })).statusCode).toBe(401);
  });

  it.each(['?limit=0', '?limit=201', '?limit=1e1', '?cursor=x', '?user=1'])('refuses %s', async (query) => {
    const cookie = await somebody('sara', 'agent');
    expect((await send('GET', `/v1/sessions${query}`, { headers: cookie })).json().code).toBe('invalid_parameters');
  });
});

describe('API keys over HTTP', () => {
  it('are made, listed, rotated and revoked by an admin', async () => {
    const headers = await somebody('boss', 'admin');
    const made = (
      await send('POST', '/v1/keys', { headers, body: { name: 'shop', scopes: ['touchpoints:write'] } })
    ).json();
    const me = async (key: string) =>
      (await app.inject({ url: '/v1/me', headers: { authorization: `Bearer ${key}` } })).statusCode;
    expect(await me(made.key)).toBe(200);
    const { data } = (await send('GET', '/v1/keys', { headers })).json();
    expect(data).toMatchObject([
      { id: made.id, name: 'shop', createdBy: expect.stringMatching(/^user:/), revokedAt: null },
    ]);
    expect(JSON.stringify(data)).not.toContain(made.key.split('_')[2]);
    const rotated = await send('POST', `/v1/keys/${made.id}/rotate`, { headers, body: { overlapSeconds: 0 } });
    expect(rotated.statusCode).toBe(200);
    expect([await me(made.key), await me(rotated.json().key)]).toEqual([401, 200]);
    expect((await send('DELETE', `/v1/keys/${made.id}`, { headers })).statusCode).toBe(204);
    expect(await me(rotated.json().key)).toBe(401);
    expect(audited.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['session.begun', 'api_key.created', 'api_key.rotated', 'api_key.revoked']),
    );
  });

  it.each([
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['everything'] },
    { name: '', scopes: ['admin'] },
    { name: 'x', scopes: ['admin'], expiresAt: '2020-01-01T00:00:00Z' },
    { name: 'x', scopes: ['admin'], expiresAt: 'tomorrow' },
    { name: 'x', scopes: ['browser:write', 'customers:read'] },
    { name: 'x', scopes: ['touchpoints:write'], origins: ['https://shop.example'] },
    { name: 'x', scopes: ['browser:write'], origins: ['https://shop.example/'] },
    { name: 'x', scopes: ['browser:write'], origins: ['null'] },
    { name: 'x', scopes: ['browser:write'], origins: [] },
  ])('are not made from %j', async (body) => {
    const headers = await somebody('boss', 'admin');
    expect((await send('POST', '/v1/keys', { headers, body })).json().code).toBe('invalid_parameters');
    expect(await access.apiKeys.list()).toEqual([]);
  });

  it('that do not exist are not found', async () => {
    const headers = await somebody('boss', 'admin');
    for (const id of ['x', '0198f0c1-2b3c-8d4e-9f50-123456789abc', '%00']) {
      expect((await send('POST', `/v1/keys/${id}/rotate`, { headers, body: {} })).json().code).toBe('key_not_found');
      expect((await send('DELETE', `/v1/keys/${id}`, { headers })).json().code).toBe('key_not_found');
      expect((await send('DELETE', `/v1/sessions/${id}`, { headers })).json().code).toBe('session_not_found');
    }
  });
});
