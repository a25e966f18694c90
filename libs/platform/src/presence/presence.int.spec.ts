import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { type Access, accessMigrations, createAccess, type UserPrincipal } from '#platform/access';
import { createPool } from '#platform/postgres';
import { testDatabase, type TestDatabase, until } from '#testing';
import { type Presence, type PresenceLimits } from './presence.port.js';
import { createPresence, presenceLimits } from './postgres/create-presence.js';
import { presenceMigrations } from './postgres/presence-migrations.js';

let database: TestDatabase;
let pool: Pool;
let access: Access;
let news = 0;
const tester = { kind: 'operator', id: 'cli:test' } as const;

beforeAll(async () => {
  database = await testDatabase([...accessMigrations, ...presenceMigrations]);
  pool = createPool({ url: database.url, max: 4, applicationName: 'presence test' });
  access = createAccess({
    ...{ pool, clock: { now: () => Date.now() }, audit: () => Promise.resolve() },
    sessionLimits: { idleTimeoutMs: 3_600_000, lifetimeMs: 43_200_000 },
  });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await database.owner.query('TRUNCATE presence.marks');
  news = 0;
});

const presence = (limits: Partial<PresenceLimits> = {}): Presence =>
  createPresence({ pool, hub: { moved: () => (news += 1) }, limits: { ...presenceLimits, ...limits } });

async function signedIn(name: string, userId?: string): Promise<UserPrincipal> {
  const added = userId === undefined ? await access.users.add({ name, roles: ['agent'] }, tester) : undefined;
  const id = userId ?? (added?.ok ? added.value.id : '');
  const { session } = await access.sessions.begin({ userId: id, signedInBy: 'password', client: 'test' });
  return { kind: 'user', id, name, roles: ['agent'], sessionId: session.id };
}
const inIt = async (there: Presence, id: string): Promise<readonly string[]> =>
  (await there.marksIn(id)).map(({ agent, state }) => `${agent} ${state}`).sort();

describe('a mark', () => {
  it('is seen by all, renewed without news, and taken back', async () => {
    const [one, other] = [presence(), presence()];
    const [ada, lamp] = [await signedIn('ada'), randomUUID()];
    expect(await one.enter(lamp, ada, 'viewing')).toBe(true);
    const [first] = await other.allMarks();
    expect(await one.enter(lamp, ada, 'viewing')).toBe(true);
    expect(news).toBe(1);
    await one.enter(lamp, ada, 'typing');
    expect(await inIt(other, lamp)).toEqual([`user:${ada.id} typing`]);
    expect((await other.allMarks())[0]?.since).toBe(first?.since);
    await other.leave(lamp, ada);
    await other.leave(lamp, ada);
    expect([await one.allMarks(), news]).toEqual([[], 3]);
  });

  it('that nobody renews is one of somebody who only looks, and then none', async () => {
    const [bea, lamp] = [await signedIn('bea'), randomUUID()];
    const writing = presence({ typingMs: 100 });
    await writing.enter(lamp, bea, 'typing');
    await until(async () => (await inIt(writing, lamp))[0] === `user:${bea.id} viewing`, 'they have stopped writing');
    const looking = presence({ viewingMs: 100 });
    await looking.enter(lamp, bea, 'viewing');
    await until(async () => (await looking.allMarks()).length === 0, 'they have gone');
    // Whoever comes back has come anew.
    await database.owner.query(`UPDATE presence.marks SET since = since - interval '1 hour'`);
    await writing.enter(lamp, bea, 'viewing');
    const { rows } = await database.owner.query(
      `SELECT FROM presence.marks WHERE since > now() - interval '30 minutes'`,
    );
    expect(rows).toHaveLength(1);
  });

  it('goes with the session, the account or the key, at once, and with no other of theirs', async () => {
    const there = presence();
    const [kian, lamp] = [await signedIn('kian'), randomUUID()];
    const elsewhere = await signedIn('kian', kian.id);
    const { id, key } = await access.apiKeys.create({ name: 'bot', scopes: ['admin'] }, tester);
    const bot = await access.apiKeys.verify(key);
    if (!bot) throw new Error('no key');
    await there.enter(lamp, kian, 'viewing');
    await there.enter(lamp, elsewhere, 'typing');
    await there.enter(lamp, bot, 'viewing');
    expect(await inIt(there, lamp)).toHaveLength(3);
    await access.sessions.end(elsewhere.sessionId, tester);
    expect(await inIt(there, lamp)).toEqual([`key:${id} viewing`, `user:${kian.id} viewing`]);
    await access.apiKeys.revoke(id, tester);
    expect(await inIt(there, lamp)).toEqual([`user:${kian.id} viewing`]);
    await database.owner.query('UPDATE access.users SET disabled_at = now() WHERE id = $1', [kian.id]);
    expect(await there.allMarks()).toEqual([]);
  });
});

describe('marks are bounded', () => {
  it('in a conversation and in all: whoever comes then is refused, and whoever is there may stay', async () => {
    const there = presence({ inConversation: 2, inAll: 3 });
    const [lamp, chair] = [randomUUID(), randomUUID()];
    const [first, second, third] = [await signedIn('d1'), await signedIn('d2'), await signedIn('d3')];
    expect(await there.enter(lamp, first, 'viewing')).toBe(true);
    expect(await there.enter(lamp, second, 'viewing')).toBe(true);
    expect(await there.enter(lamp, third, 'viewing')).toBe(false);
    expect(await there.enter(lamp, second, 'typing')).toBe(true);
    expect(await there.enter(chair, third, 'viewing')).toBe(true);
    expect(await there.enter(chair, second, 'viewing')).toBe(false);
    await there.leave(lamp, first);
    expect(await there.enter(chair, second, 'viewing')).toBe(true);
  });

  it('of one session: the one that was renewed longest ago goes; expired ones are taken away in time', async () => {
    const there = presence({ ofHolder: 3 });
    const eve = await signedIn('eve');
    const ids = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    for (const id of ids) await there.enter(id, eve, 'viewing');
    const left = async () => (await there.allMarks()).map(({ conversationId }) => conversationId).sort();
    expect(await left()).toEqual(ids.slice(1).sort());
    await database.owner.query(`UPDATE presence.marks SET expires_at = now() - interval '1 second'`);
    await presence().enter(ids[0] ?? '', eve, 'viewing');
    const { rows } = await database.owner.query('SELECT FROM presence.marks');
    expect(rows).toHaveLength(1);
  });

  it('and many who come, leave and renew at once do not stand in each other’s way', async () => {
    const there = presence({ ofHolder: 2, inConversation: 50 });
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    const people = await Promise.all(['f1', 'f2', 'f3'].map((name) => signedIn(name)));
    const all = Array.from({ length: 150 }, (_, index) => {
      const [id = '', who] = [ids[index % 3], people[Math.floor(index / 3) % 3]];
      if (!who) throw new Error('nobody');
      return index % 10 === 9 ? there.leave(id, who) : there.enter(id, who, index % 2 === 0 ? 'typing' : 'viewing');
    });
    await Promise.all(all);
    // Each once more, alone: whatever they did at the same moment, they have two by then.
    for (const who of people) await there.enter(ids[0] ?? '', who, 'viewing');
    expect((await there.allMarks()).length).toBeLessThanOrEqual(6);
  });
});
