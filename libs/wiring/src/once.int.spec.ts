import { createHash } from 'node:crypto';
import { type Pool } from 'pg';
import { fail, type Result, succeed } from '#kernel';
import { commandAnswersMigrations, createCommandAnswers } from '#platform/command-answers';
import { createPool } from '#platform/postgres';
import { type TestDatabase, testDatabase } from '#testing';
import { type CommandRequest } from './messages/command-request.js';
import { type CommandAttempt, createOnce } from './once.js';

type Done = Result<{ readonly position: bigint }, { readonly code: 'refused' }>;

const hash = (...parts: readonly string[]) => createHash('md5').update(JSON.stringify(parts));
const vault = {
  uuid: (...parts: readonly string[]) =>
    hash(...parts)
      .digest('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  digest: (...parts: readonly string[]) => hash(...parts).digest(),
};

describe('a command with an idempotency key', () => {
  let database: TestDatabase;
  let pools: Pool[];
  beforeAll(async () => {
    database = await testDatabase(commandAnswersMigrations);
    // Two processes.
    pools = [1, 2].map((n) => createPool({ url: database.url, max: 5, applicationName: `test ${String(n)}` }));
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await database.drop();
  });
  afterEach(() => database.owner.query('TRUNCATE commands.answers'));

  const once = (process = 0, options = {}) =>
    createOnce({ answers: createCommandAnswers(pools[process]!, options), vault, patienceMs: 2_000 });
  const request = (idempotencyKey?: string, id = 'ada'): CommandRequest => ({
    principal: { kind: 'key', id, name: id, scopes: [] },
    correlationId: 'c',
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  let done = 0;
  const attempts: CommandAttempt[] = [];
  const work = (attempt: CommandAttempt): Promise<Done> => {
    attempts.push(attempt);
    done += 1;
    return Promise.resolve(succeed({ position: BigInt(done) }));
  };
  beforeEach(() => {
    done = 0;
    attempts.splice(0);
  });
  const rows = async () => Number((await database.owner.query('SELECT FROM commands.answers')).rowCount);

  it('is done once, and answered the same for ever, by any process', async () => {
    const first = await once()(request('k'), { name: 'a' }, work);
    expect(first).toEqual(succeed({ position: 1n }));
    for (const process of [0, 1, 0]) expect(await once(process)(request('k'), { name: 'a' }, work)).toEqual(first);
    expect(done).toBe(1);
  });

  it('is done each time without a key', async () => {
    for (let times = 0; times < 3; times += 1) await once()(request(), { name: 'a' }, work);
    expect([done, await rows()]).toEqual([3, 0]);
  });

  it('is another one under another key, and of another caller', async () => {
    for (const each of [request('k'), request('l'), request('k', 'bea')]) await once()(each, { name: 'a' }, work);
    expect(done).toBe(3);
  });

  it('is refused when the key stands for something else, also before that was answered', async () => {
    await once()(request('k'), { name: 'a', reason: 'x' }, async (attempt) => {
      expect(await once(1)(request('k'), { name: 'a', reason: 'y' }, work)).toEqual(
        fail({ code: 'idempotency_key_reused' }),
      );
      return work(attempt);
    });
    expect(await once()(request('k'), { name: 'a', reason: 'y' }, work)).toEqual(
      fail({ code: 'idempotency_key_reused' }),
    );
    expect(done).toBe(1);
  });

  it('is done once when it is sent many times together, and all have its answer', async () => {
    const slowly = async (attempt: CommandAttempt): Promise<Done> => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return work(attempt);
    };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => once(index % 2)(request('k'), { name: 'a' }, slowly)),
    );
    expect(answers).toEqual(Array.from({ length: 20 }, () => succeed({ position: 1n })));
    expect(done).toBe(1);
  });

  it('is told to wait when the other one takes too long', async () => {
    const hanging = createOnce({ answers: createCommandAnswers(pools[1]!), vault, patienceMs: 0 });
    await once()(request('k'), { name: 'a' }, async (attempt) => {
      const other = await hanging(request('k'), { name: 'a' }, work);
      expect(other).toEqual(fail({ code: 'command_running', retryAfterMs: 1_000 }));
      return work(attempt);
    });
    expect(done).toBe(1);
  });

  it('leaves nothing behind when it is refused, and is tried again', async () => {
    const refused = await once()(request('k'), { name: 'a' }, () =>
      Promise.resolve(fail({ code: 'refused' } as const)),
    );
    expect([refused, await rows()]).toEqual([fail({ code: 'refused' }), 0]);
    expect(await once()(request('k'), { name: 'a' }, work)).toEqual(succeed({ position: 1n }));
  });

  it('is begun again after nobody knows what became of it, and knows that', async () => {
    const lost = once()(request('k'), { name: 'a' }, () => Promise.reject(new Error('lost')));
    await expect(lost).rejects.toThrow('lost');
    expect(await once(1)(request('k'), { name: 'a' }, work)).toEqual(succeed({ position: 1n }));
    expect(attempts).toEqual([{ commandId: expect.any(String), begunBefore: expect.any(Number) }]);
    expect(await once()(request('k'), { name: 'b' }, work)).toEqual(fail({ code: 'idempotency_key_reused' }));
  });

  it('is begun again after its process died, and of two that end both answer the first answer', async () => {
    let fast: Result<unknown, unknown> | undefined;
    const slow = await once(0, { leaseMs: 1 })(request('k'), { name: 'a' }, async (attempt) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      fast = await once(1)(request('k'), { name: 'a' }, work);
      return work(attempt);
    });
    expect([fast, slow]).toEqual([succeed({ position: 1n }), succeed({ position: 1n })]);
    expect(done).toBe(2);
  });

  it('is kept for 30 days and dropped later', async () => {
    await once()(request('old'), { name: 'a' }, work);
    await once()(request('older'), { name: 'a' }, work);
    const age = (id: string, days: number) =>
      database.owner.query(
        `UPDATE commands.answers SET begun_at = now() - $2 * interval '1 day' WHERE command_id = $1`,
        [id, days],
      );
    await age(vault.uuid('command', 'key', 'ada', 'old'), 30);
    await age(vault.uuid('command', 'key', 'ada', 'older'), 32);
    await once()(request('new'), { name: 'a' }, work);
    expect(await rows()).toBe(2);
    expect(await once()(request('old'), { name: 'a' }, work)).toEqual(succeed({ position: 1n }));
  });
});
