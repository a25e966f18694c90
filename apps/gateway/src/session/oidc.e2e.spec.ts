import { once } from 'node:events';
import { createServer } from 'node:http';
import { Module } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Pool } from 'pg';
import { accessMigrations, type Access, type AuditEntry, createAccess } from '#platform/access';
import { createPool } from '#platform/postgres';
import { createLogger } from '#platform/telemetry';
import { testDatabase, type TestDatabase } from '#testing';
import {
  ACCESS_PORT,
  API_KEY_VERIFIER,
  CONVERSATION_FEED,
  type Config,
  loadConfig,
  PRESENCE,
  QUEUE_FEED,
  READINESS_CHECKS,
  TIMELINE_FEED,
} from '#wiring';
import { createGateway } from '../bootstrap.js';
import { CLIENT, type Issuer, signInAt, startIssuer } from '../fixtures/oidc-issuer.js';

const PUBLIC = 'http://localhost:3000';
const root = { kind: 'operator', id: 'cli:root' } as const;
let database: TestDatabase;
let pool: Pool;
let issuer: Issuer;
let access: Access;
let app: NestFastifyApplication;
let audited: AuditEntry[] = [];
let logged = '';

const configFor = (issuerUrl: string): Config =>
  loadConfig({
    SAFAR_PUBLIC_URL: PUBLIC,
    SAFAR_OIDC_ISSUER: issuerUrl,
    SAFAR_OIDC_CLIENT_ID: CLIENT.id,
    SAFAR_OIDC_CLIENT_SECRET: CLIENT.secret,
    SAFAR_OIDC_ROLE_MAP: 'support=agent, insight=analyst, it=admin',
  });

async function open(config: Config): Promise<NestFastifyApplication> {
  access = createAccess({
    ...{ pool, clock: { now: () => Date.now() }, sessionLimits: config.sessions, oidc: config.oidc },
    audit: (entry) => Promise.resolve(void audited.push(entry)),
  });
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
  const destination = { write: (line: string) => void (logged += line) };
  return createGateway({
    imports: [Ports],
    config: config.http,
    logger: createLogger({ level: 'debug', destination }),
  });
}

beforeAll(async () => {
  database = await testDatabase(accessMigrations);
  pool = createPool({ url: database.url, max: 4, applicationName: 'oidc test' });
  issuer = await startIssuer(`${PUBLIC}/v1/session/oidc/callback`);
  app = await open(configFor(issuer.url));
});
afterAll(async () => {
  await app.close();
  await issuer.close();
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query(
    'TRUNCATE access.users, access.identities, access.sessions, access.devices, access.attempts',
  );
  issuer.claims.clear();
  [audited, logged] = [[], ''];
});

const cookiesOf = (answer: { readonly headers: Readonly<Record<string, unknown>> }): string[] =>
  [answer.headers['set-cookie'] ?? []].flat().map(String);
const first = (cookie: string | undefined): string => cookie?.split(';')[0] ?? '';

async function begin(query = '') {
  const answer = await app.inject({ url: `/v1/session/oidc${query}` });
  return { answer, url: String(answer.headers.location), cookie: first(cookiesOf(answer)[0]) };
}
const comeBack = (url: URL, cookie: string) =>
  app.inject({ url: url.pathname + url.search, headers: { cookie, 'sec-fetch-site': 'cross-site' } });

async function signIn(subject: string, claims: Readonly<Record<string, unknown>>, query = '') {
  issuer.claims.set(subject, claims);
  const { url, cookie } = await begin(query);
  const answer = await comeBack(await signInAt(url, subject), cookie);
  const session = cookiesOf(answer).find((each) => /session=[\w-]{43};/.test(each));
  return { answer, session: first(session) };
}
const me = async (cookie: string) => (await app.inject({ url: '/v1/me', headers: { cookie } })).json();

describe('signing in at an issuer', () => {
  it('begins there with PKCE, state and nonce, all of them new each time', async () => {
    const [one, other] = [await begin(), await begin()];
    expect(one.answer.statusCode).toBe(303);
    const sent = new URL(one.url);
    expect(sent.origin).toBe(issuer.url);
    expect(Object.fromEntries(sent.searchParams)).toMatchObject({
      ...{ client_id: 'safar', response_type: 'code', code_challenge_method: 'S256', scope: 'openid profile email' },
      redirect_uri: `${PUBLIC}/v1/session/oidc/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    });
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(new URL(other.url).searchParams.get(name)).not.toBe(sent.searchParams.get(name));
    expect(cookiesOf(one.answer)[0]).toMatch(/; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/);
    expect(one.url).not.toContain(CLIENT.secret);
  });

  it('makes an account with the roles of the claim, and ends up where somebody wanted to go', async () => {
    const { answer, session } = await signIn(
      'u-1',
      { preferred_username: 'Sara', roles: ['support', 'others'] },
      '?returnTo=/inbox',
    );
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/inbox']);
    expect(cookiesOf(answer).some((each) => each.startsWith('__Host-safar-oidc=;'))).toBe(true);
    expect(await me(session)).toMatchObject({ name: 'sara', roles: ['agent'] });
    expect(audited.map(({ action }) => action)).toEqual(['user.created', 'session.begun']);
  });

  it('is the same account the next time, with the roles of that time', async () => {
    const one = await signIn('u-1', { preferred_username: 'sara', roles: ['support'] });
    const two = await signIn('u-1', { preferred_username: 'sara.k', email: 'sara@example.com', roles: ['it'] });
    const [before, after] = [await me(one.session), await me(two.session)];
    expect(after).toMatchObject({ id: before.id, name: 'sara', roles: ['admin'] });
    expect(await access.users.list()).toHaveLength(1);
  });

  it('never takes over an account that has the same name or address', async () => {
    const local = await access.users.add({ name: 'sara@example.com', roles: ['admin'] }, root);
    if (!local.ok) throw new Error(local.reason);
    const { session } = await signIn('u-9', { email: 'sara@example.com', email_verified: true, roles: ['support'] });
    const known = await me(session);
    expect(known.roles).toEqual(['agent']);
    expect(known.id).not.toBe(local.value.id);
    expect(known.name).toMatch(/^sara@example\.com-[0-9a-f]{8}$/);
    // And two subjects of one address are two.
    const other = await signIn('u-10', { email: 'sara@example.com', roles: ['insight'] });
    expect((await me(other.session)).id).not.toBe(known.id);
  });

  it('is refused without a role, also when it was taken away, and then older sessions may do nothing', async () => {
    const never = await signIn('u-2', { roles: ['others', 'admin'] });
    expect([never.answer.statusCode, never.answer.json().code]).toEqual([403, 'no_role']);
    expect(await access.users.list()).toEqual([]);
    const { session } = await signIn('u-1', { roles: ['support'] });
    const later = await signIn('u-1', { roles: [] });
    expect(later.answer.json().code).toBe('no_role');
    expect((await access.users.list())[0]?.roles).toEqual([]);
    expect(session).not.toBe('');
  });

  it('is refused for a disabled account', async () => {
    await signIn('u-1', { preferred_username: 'sara', roles: ['support'] });
    await access.users.setDisabled('sara', true, root);
    const { answer } = await signIn('u-1', { preferred_username: 'sara', roles: ['support'] });
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'sign_in_refused']);
  });

  it('gives no account that signs in with a password', async () => {
    await signIn('u-1', { preferred_username: 'sara', roles: ['support'] });
    for (const password of ['', 'null', 'any'])
      expect((await access.signIn.withPassword({ name: 'sara', password, address: '192.0.2.1', client: '' })).ok).toBe(
        false,
      );
  });
});

describe('coming back from an issuer', () => {
  it('works once, and only in the browser that began it', async () => {
    issuer.claims.set('u-1', { roles: ['support'] });
    const [mine, other] = [await begin(), await begin()];
    const back = await signInAt(mine.url, 'u-1');
    expect((await comeBack(back, '')).json().code).toBe('sign_in_refused');
    // Another browser, which began its own: state and verifier do not fit.
    expect((await comeBack(back, other.cookie)).json().code).toBe('sign_in_refused');
    expect((await comeBack(back, mine.cookie)).statusCode).toBe(303);
    expect((await comeBack(back, mine.cookie)).json().code).toBe('sign_in_refused');
    expect(await access.sessions.list()).toHaveLength(1);
  });

  it.each([0, 1, 2])('is refused when part %i of what the browser kept is another', async (part) => {
    issuer.claims.set('u-1', { roles: ['support'] });
    const { url, cookie } = await begin();
    const back = await signInAt(url, 'u-1');
    const [name = '', value = ''] = cookie.split('=');
    const parts = value.split('.').map((each, index) => (index === part ? 'A'.repeat(43) : each));
    const answer = await comeBack(back, `${name}=${parts.join('.')}`);
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'sign_in_refused']);
    expect(await access.users.list()).toEqual([]);
  });

  it('is refused when what it says of somebody is not signed by its keys', async () => {
    issuer.forge(true);
    const forged = await signIn('u-1', { roles: ['support'] });
    issuer.forge(false);
    expect([forged.answer.statusCode, forged.answer.json().code]).toEqual([401, 'sign_in_refused']);
    expect(await access.users.list()).toEqual([]);
    expect((await signIn('u-1', { roles: ['support'] })).answer.statusCode).toBe(303);
  });

  it.each(['?error=access_denied', '?code=made-up', '', '?code=a&code=b', '?state=x'])(
    'with %j is refused',
    async (query) => {
      const { cookie, url } = await begin();
      const state = query.includes('code=made-up') ? `&state=${new URL(url).searchParams.get('state')}` : '';
      const answer = await comeBack(new URL(`${PUBLIC}/v1/session/oidc/callback${query}${state}`), cookie);
      expect([answer.statusCode, answer.json().code]).toEqual([401, 'sign_in_refused']);
      expect(answer.body + logged).not.toContain('made-up');
    },
  );
});

describe('an issuer', () => {
  it('that is away is an answer, and keeps nobody from signing in with a password', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const address = gone.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    gone.close();
    const mine = access;
    const lonely = await open(configFor(`http://127.0.0.1:${String(port)}`));
    access = mine;
    const answer = await lonely.inject({ url: '/v1/session/oidc' });
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'unavailable', '5']);
    await lonely.close();
  });

  it('that is not set up is not there', async () => {
    const mine = access;
    const plain = await open(loadConfig({}));
    access = mine;
    for (const url of ['/v1/session/oidc', '/v1/session/oidc/callback'])
      expect((await plain.inject({ url })).json().code).toBe('route_not_found');
    await plain.close();
  });
});

describe('the settings of an issuer', () => {
  const all = {
    SAFAR_PUBLIC_URL: 'https://safar.example.com',
    SAFAR_OIDC_ISSUER: 'https://login.example.com/realms/company',
    SAFAR_OIDC_CLIENT_ID: 'safar',
    SAFAR_OIDC_ROLE_MAP: 'it=admin',
  };
  it.each([
    ['SAFAR_OIDC_ISSUER', { SAFAR_PUBLIC_URL: '' }],
    ['SAFAR_OIDC_ISSUER', { SAFAR_OIDC_ROLE_MAP: '' }],
    ['SAFAR_OIDC_ISSUER', { SAFAR_OIDC_ISSUER: 'http://login.example.com' }],
    ['SAFAR_OIDC_ISSUER', { SAFAR_OIDC_ISSUER: 'login' }],
    ['SAFAR_OIDC_CLIENT_ID', { SAFAR_OIDC_ISSUER: '' }],
    ['SAFAR_OIDC_CLIENT_SECRET', { SAFAR_OIDC_CLIENT_SECRET: 'secret' }],
    ['SAFAR_OIDC_SCOPE', { SAFAR_OIDC_SCOPE: 'profile' }],
    ['SAFAR_OIDC_ROLE_MAP', { SAFAR_OIDC_ROLE_MAP: 'it=root' }],
    ['SAFAR_OIDC_ROLE_MAP', { SAFAR_OIDC_ROLE_MAP: 'admin' }],
    ['SAFAR_PUBLIC_URL', { SAFAR_PUBLIC_URL: 'https://safar.example.com/path' }],
    ['SAFAR_PUBLIC_URL', { SAFAR_PUBLIC_URL: 'http://safar.example.com' }],
  ])('stop the start with %s for %j', (variable, changed) => {
    expect(() => loadConfig({ ...all, ...changed })).toThrow(variable);
  });

  it('are taken when they fit', () => {
    expect(loadConfig(all).oidc).toMatchObject({
      roleMap: { it: 'admin' },
      redirectUri: `${all.SAFAR_PUBLIC_URL}/v1/session/oidc/callback`,
    });
    expect(loadConfig({}).oidc).toBeUndefined();
  });
});
