import { hash } from '@node-rs/argon2';
import { type Pool } from 'pg';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase } from '#testing';
import { type AuditEntry } from '../audit-trail.port.js';
import { type Access, createAccess } from '../create-access.js';
import { accessMigrations } from '../postgres/access-migrations.js';
import { type UserPrincipal } from '../principal.js';
import { Passwords } from './passwords.js';

let database: TestDatabase;
let pool: Pool;
let now: number;
let elapsedMs: number;
let audited: AuditEntry[];
let access: Access;
const root = { kind: 'operator', id: 'cli:root' } as const;
const sessionLimits = { idleTimeoutMs: 3_600_000, lifetimeMs: 43_200_000 };
const audit = (entry: AuditEntry): Promise<void> => {
  audited.push(entry);
  return Promise.resolve();
};
const another = (): Access =>
  createAccess({ pool, clock: { now: () => now }, audit, sessionLimits, elapsedMs: () => elapsedMs });

beforeAll(async () => {
  database = await testDatabase(accessMigrations);
  pool = createPool({ url: database.url, max: 4, applicationName: 'access test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query(
    'TRUNCATE access.users, access.identities, access.sessions, access.devices, access.attempts',
  );
  [now, elapsedMs, audited] = [Date.UTC(2026, 0, 1), 0, []];
  access = another();
});
afterEach(() => jest.restoreAllMocks());

const add = async (name: string, ...roles: ('agent' | 'admin')[]) => {
  const added = await access.users.add({ name, roles: roles.length === 0 ? ['agent'] : roles }, root);
  if (!added.ok) throw new Error(added.reason);
  return added.value;
};
const from = (name: string, password: string, address = '192.0.2.1', device?: string) =>
  access.signIn.withPassword({ name, password, address, client: 'Firefox\u0000 on\n Linux', device });
const signedIn = async (name: string, password: string) => {
  const begun = await from(name, password);
  if (!begun.ok) throw new Error(begun.reason.code);
  return begun.value;
};
const principalOf = async (token: string): Promise<UserPrincipal> => (await access.sessions.verify(token, true))!;

describe('signing in', () => {
  it('gives a token that says who calls', async () => {
    const { id, name, password } = await add('Sara', 'agent');
    expect(name).toBe('sara');
    const { token, session } = await signedIn(' SARA ', password);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(session).toMatchObject({ userId: id, userName: 'sara', signedInBy: 'password', client: 'Firefox on Linux' });
    expect(await access.sessions.verify(token, true)).toEqual({
      ...{ kind: 'user', id, name: 'sara', roles: ['agent'], sessionId: session.id },
    });
  });

  it('means the same person for a Persian and an Arabic keyboard', async () => {
    const { password } = await add('علی.کریمی۱');
    expect((await from('علي.كريمي١', password)).ok).toBe(true);
  });

  it.each(['', 'a b', '-sara', 'a\u0000b', 'x'.repeat(101), 'a/b', '\u202esara'])('%j is no name', async (name) => {
    expect(await access.users.add({ name, roles: ['agent'] }, root)).toEqual({ ok: false, reason: 'invalid_name' });
    expect(await from(name, 'x')).toEqual({ ok: false, reason: { code: 'sign_in_refused' } });
  });

  it('is refused in one way for a wrong password, an unknown name and a disabled account, after the same work', async () => {
    const { password } = await add('sara');
    await add('gone');
    await access.users.setDisabled('gone', true, root);
    const worked = jest.spyOn(Passwords.prototype, 'matches');
    const answers = [await from('sara', `${password}x`), await from('nobody', password), await from('gone', password)];
    for (const answer of answers) expect(answer).toEqual({ ok: false, reason: { code: 'sign_in_refused' } });
    expect(worked).toHaveBeenCalledTimes(3);
    expect(audited.filter(({ outcome }) => outcome === 'refused')).toHaveLength(3);
    expect(JSON.stringify(audited)).not.toContain('nobody');
  });

  it('keeps neither the password nor the token', async () => {
    const { password } = await add('sara');
    const { token } = await signedIn('sara', password);
    const { rows } = await database.owner.query<{ text: string }>(
      `SELECT u::text AS text FROM access.users u UNION ALL SELECT s::text FROM access.sessions s UNION ALL SELECT a::text FROM access.attempts a`,
    );
    const all = rows.map(({ text }) => text).join();
    for (const secret of [password, token, Buffer.from(token).toString('hex'), '192.0.2.1'])
      expect(all).not.toContain(secret);
    expect(JSON.stringify(audited)).not.toContain(password);
  });

  it('hashes a password anew that was hashed with other parameters', async () => {
    await add('sara');
    const old = await hash('an old password of hers', { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await database.owner.query('UPDATE access.users SET password_hash = $1', [old]);
    await signedIn('sara', 'an old password of hers');
    const { rows } = await database.owner.query<{ password_hash: string }>('SELECT password_hash FROM access.users');
    expect(rows[0]?.password_hash).toContain('m=19456,t=2,p=1');
    await signedIn('sara', 'an old password of hers');
  });
});

describe('guessing', () => {
  it('ends after five attempts from one address, also with the right password, and not for other addresses', async () => {
    const { password } = await add('sara');
    for (let tries = 0; tries < 5; tries++)
      expect(await from('sara', 'wrong')).toMatchObject({ reason: { code: 'sign_in_refused' } });
    const blocked = await from('sara', password);
    expect(blocked).toMatchObject({
      ok: false,
      reason: { code: 'too_many_attempts', retryAfterMs: expect.any(Number) },
    });
    expect((await from('sara', password, '192.0.2.2')).ok).toBe(true);
    expect((await another().signIn.withPassword({ name: 'sara', password, address: '192.0.2.1', client: '' })).ok).toBe(
      false,
    );
  });

  it('counts guesses that come at the same time', async () => {
    await add('sara');
    const answers = await Promise.all(Array.from({ length: 12 }, () => from('sara', 'wrong')));
    const codes = answers.map((answer) => (answer.ok ? 'ok' : answer.reason.code));
    expect(codes.filter((code) => code === 'sign_in_refused')).toHaveLength(5);
    expect(codes.filter((code) => code === 'too_many_attempts')).toHaveLength(7);
  });

  it('is the same for a name that does not exist', async () => {
    for (let tries = 0; tries < 5; tries++) await from('nobody', 'wrong');
    expect(await from('nobody', 'wrong')).toMatchObject({ reason: { code: 'too_many_attempts' } });
  });

  it('of many names from one address, or one IPv6 network, ends too', async () => {
    await database.owner.query('TRUNCATE access.attempts');
    const codes = [];
    for (let tries = 0; tries < 51; tries++) {
      const answer = await from(`name${String(tries)}`, 'wrong', `2001:db8:1:2::${tries.toString(16)}`);
      codes.push(answer.ok ? 'ok' : answer.reason.code);
    }
    expect(codes.indexOf('too_many_attempts')).toBe(50);
    expect(await from('other', 'wrong', '2001:db8:1:3::1')).toMatchObject({ reason: { code: 'sign_in_refused' } });
  });

  it('is forgotten after a right password', async () => {
    const { password } = await add('sara');
    for (let round = 0; round < 3; round++) {
      for (let tries = 0; tries < 4; tries++) await from('sara', 'wrong');
      await signedIn('sara', password);
    }
  });
});

describe('somebody at whom strangers guess', () => {
  /** So many that the account is closed to strangers, from wherever they come. */
  const guessed = async (name: string): Promise<void> => {
    for (let tries = 0; tries < 100; tries++) await from(name, 'wrong', `198.51.100.${String(tries)}`);
    expect(await from(name, 'wrong', '203.0.113.1')).toMatchObject({ reason: { code: 'too_many_attempts' } });
  };

  it('comes in where they have been in before, also from the network of those who guess', async () => {
    const { password } = await add('sara');
    const { device } = await signedIn('sara', password);
    await guessed('sara');
    for (let tries = 0; tries < 6; tries++) await from('sara', 'wrong', '192.0.2.1');
    const again = await from('sara', password, '192.0.2.1', device);
    expect(again).toMatchObject({ ok: true, value: { device } });
    // To strangers the account is as closed as it was.
    expect((await from('sara', password, '203.0.113.1')).ok).toBe(false);
    for (const other of [undefined, 'x', 'x'.repeat(43), `${device.slice(0, -1)}!`])
      expect((await from('sara', password, '203.0.113.1', other)).ok).toBe(false);
  }, 60_000);

  it('is known by a browser of their own: somebody else’s is a stranger’s, and guesses from one’s own end too', async () => {
    const [sara, reza] = [await add('sara'), await add('reza')];
    const [hers, his] = [await signedIn('sara', sara.password), await signedIn('reza', reza.password)];
    for (let tries = 0; tries < 5; tries++) await from('sara', 'wrong', '192.0.2.9');
    expect((await from('sara', sara.password, '192.0.2.9', his.device)).ok).toBe(false);
    for (let tries = 0; tries < 10; tries++)
      expect(await from('sara', 'wrong', '192.0.2.9', hers.device)).toMatchObject({
        reason: { code: 'sign_in_refused' },
      });
    expect(await from('sara', sara.password, '192.0.2.9', hers.device)).toMatchObject({
      reason: { code: 'too_many_attempts' },
    });
  });

  it('is forgotten by a browser after half a year, and by the first of more than twenty', async () => {
    const { password } = await add('sara');
    const first = await signedIn('sara', password);
    for (let times = 0; times < 20; times++) {
      now += 1;
      await signedIn('sara', password);
    }
    const count = 'SELECT count(*)::int AS count FROM access.devices';
    expect((await database.owner.query<{ count: number }>(count)).rows[0]?.count).toBe(20);
    const { device } = await signedIn('sara', password);
    for (let tries = 0; tries < 5; tries++) await from('sara', 'wrong');
    expect((await from('sara', password, '192.0.2.1', first.device)).ok).toBe(false);
    expect((await from('sara', password, '192.0.2.1', device)).ok).toBe(true);
    now += 180 * 86_400_000;
    expect((await from('sara', password, '192.0.2.1', device)).ok).toBe(false);
  });

  it('changes their password with the session that they have', async () => {
    const { password } = await add('sara');
    const sara = await principalOf((await signedIn('sara', password)).token);
    for (let tries = 0; tries < 6; tries++) await from('sara', 'wrong');
    const change = { current: password, next: 'a long new password', address: '192.0.2.1' };
    expect((await access.signIn.changePassword(sara, change)).ok).toBe(true);
  });
});

describe('a session', () => {
  it('ends when nobody uses it, and an open stream is no use', async () => {
    const { password } = await add('sara');
    const { token } = await signedIn('sara', password);
    const step = (ms: number): void => {
      now += ms;
      elapsedMs += ms;
    };
    for (let times = 0; times < 3; times++) {
      step(3_500_000);
      expect(await access.sessions.verify(token, true)).toBeDefined();
      step(2_001);
    }
    step(3_500_000);
    expect(await access.sessions.verify(token, false)).toBeDefined();
    step(100_000);
    expect(await access.sessions.verify(token, true)).toBeUndefined();
    expect(await access.sessions.list()).toEqual([]);
  });

  it('ends after its lifetime, however busy', async () => {
    const { password } = await add('sara');
    const { token } = await signedIn('sara', password);
    for (let hours = 0; hours < 24; hours++) {
      now += 1_799_999;
      elapsedMs += 1_799_999;
      expect(await access.sessions.verify(token, true)).toBeDefined();
    }
    now += 24;
    expect(await access.sessions.verify(token, true)).toBeUndefined();
  });

  it('that was ended stops at once here, and within 5 seconds elsewhere', async () => {
    const { password } = await add('sara');
    const { token, session } = await signedIn('sara', password);
    const other = another();
    expect(await other.sessions.verify(token, true)).toBeDefined();
    expect(await access.sessions.end(session.id, root)).toBe(true);
    expect(await access.sessions.end(session.id, root)).toBe(false);
    expect(await access.sessions.verify(token, true)).toBeUndefined();
    elapsedMs += 5_000;
    expect(await other.sessions.verify(token, true)).toBeUndefined();
  });

  it('is ended by its owner, not by others', async () => {
    const [sara, reza] = [await add('sara'), await add('reza')];
    const { session } = await signedIn('sara', sara.password);
    expect(await access.sessions.end(session.id, root, reza.id)).toBe(false);
    expect(await access.sessions.end('no uuid', root)).toBe(false);
    expect(await access.sessions.end(session.id, root, sara.id)).toBe(true);
  });

  it.each(['', 'x', 'x'.repeat(43), 'x'.repeat(100_000), '\0'])('is nobody for the token %.20j', async (token) => {
    expect(await access.sessions.verify(token, true)).toBeUndefined();
  });

  it('is one of at most twenty of a user', async () => {
    const { password, id } = await add('sara');
    const tokens = [];
    for (let times = 0; times < 22; times++) {
      now += 1;
      tokens.push((await signedIn('sara', password)).token);
    }
    expect(await access.sessions.list(id)).toHaveLength(20);
    const live = [];
    for (const token of tokens) if (await another().sessions.verify(token, true)) live.push(token);
    expect(live).toEqual(tokens.slice(2));
  });

  it('follows the roles of its user', async () => {
    const { password } = await add('sara');
    const { token } = await signedIn('sara', password);
    await access.sessions.verify(token, true);
    await access.users.setRoles('sara', ['analyst'], root);
    elapsedMs += 5_000;
    expect(await principalOf(token)).toMatchObject({ roles: ['analyst'] });
  });
});

describe('a password', () => {
  it('is changed by whoever knows it, which ends the other sessions', async () => {
    const { password } = await add('sara');
    const [here, there] = [await signedIn('sara', password), await signedIn('sara', password)];
    const sara = await principalOf(here.token);
    const change = (current: string, next: string) =>
      access.signIn.changePassword(sara, { current, next, address: '192.0.2.1' });
    expect(await change('wrong', 'a long new password')).toMatchObject({ reason: { code: 'sign_in_refused' } });
    expect(await change(password, 'short')).toMatchObject({ reason: { code: 'weak_password' } });
    expect((await change(password, 'a long new password')).ok).toBe(true);
    expect(await access.sessions.verify(here.token, true)).toBeDefined();
    expect(await access.sessions.verify(there.token, true)).toBeUndefined();
    expect((await from('sara', password)).ok).toBe(false);
    expect((await from('sara', 'a long new password')).ok).toBe(true);
  });

  it('that is reset signs the user out everywhere', async () => {
    const { password } = await add('sara');
    const { token } = await signedIn('sara', password);
    const reset = await access.users.resetPassword('sara', root);
    expect(await access.sessions.verify(token, true)).toBeUndefined();
    expect((await from('sara', password)).ok).toBe(false);
    expect((await from('sara', reset.ok ? reset.value.password : '')).ok).toBe(true);
  });
});

describe('accounts', () => {
  it('begin with one admin, made once, by one of several processes', async () => {
    const made = await Promise.all([1, 2, 3].map(() => another().users.addFirst()));
    const first = made.filter((each) => each !== undefined);
    expect(first).toHaveLength(1);
    expect(await access.users.addFirst()).toBeUndefined();
    const { token } = await signedIn('admin', first[0]!.password);
    expect(await principalOf(token)).toMatchObject({ roles: ['admin'] });
  });

  it('are disabled and enabled again; what was signed in stays out', async () => {
    const { password } = await add('sara');
    const { token } = await signedIn('sara', password);
    await access.users.setDisabled('sara', true, root);
    expect(await access.sessions.verify(token, true)).toBeUndefined();
    await access.users.setDisabled('sara', false, root);
    expect(await access.sessions.verify(token, true)).toBeUndefined();
    await signedIn('sara', password);
  });

  it('always leave somebody who can administer, also when two are disabled at once', async () => {
    await add('one', 'admin');
    expect(await access.users.setRoles('one', ['agent'], root)).toEqual({ ok: false, reason: 'last_admin' });
    await add('two', 'admin');
    const both = await Promise.all(['one', 'two'].map((name) => access.users.setDisabled(name, true, root)));
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    const left = (await access.users.list()).filter(({ disabledAt }) => disabledAt === undefined);
    expect(left).toHaveLength(1);
  });

  it('have one name each, and at least one role', async () => {
    await add('sara');
    expect(await access.users.add({ name: 'SARA', roles: ['agent'] }, root)).toEqual({
      ok: false,
      reason: 'name_taken',
    });
    expect(await access.users.add({ name: 'reza', roles: [] }, root)).toEqual({ ok: false, reason: 'no_role' });
    expect(await access.users.setRoles('nobody', ['agent'], root)).toEqual({ ok: false, reason: 'user_not_found' });
    expect(await access.users.resetPassword('nobody', root)).toEqual({ ok: false, reason: 'user_not_found' });
  });

  it('are written down: who did what to whom', async () => {
    const { id } = await add('sara');
    await access.users.setRoles('sara', ['lead'], root);
    await access.users.setDisabled(id, true, root);
    await access.users.resetPassword('sara', root);
    expect(audited.map(({ action, actor, subject }) => [action, actor.id, subject?.id])).toEqual(
      ['user.created', 'user.roles_set', 'user.disabled', 'user.password_reset'].map((action) => [
        action,
        'cli:root',
        id,
      ]),
    );
  });
});
