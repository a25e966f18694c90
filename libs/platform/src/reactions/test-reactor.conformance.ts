import { createHash, randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { EpochMs, NewEvent, Pieces, Reacted, Reaction, RecordedEvent } from '#kernel';
import { storeSubscription } from '#platform/consumers';
import { eventStoreMigrations, openPostgresEventStore, type PostgresEventStore } from '#platform/event-store';
import { createPool } from '#platform/postgres';
import { projectionsMigrations } from '#platform/projections';
import { testDatabase, type TestDatabase } from '#testing';
import { type IssuedCommand, runnable, type RunnableReaction } from './execute-command.js';
import { type ReactionAdmin, reactionAdmin } from './reaction-admin.js';
import { type ReactionHost, startReactions } from './reaction-host.js';
import { reactionsMigrations } from './reaction-tables.js';
import { type ReactionSettings } from './settings.js';

export const HOUR_MS = 3_600_000;
const quick = {
  leaseMs: 600,
  pollMs: 5,
  restRatio: 0,
  passTimeEveryMs: 5,
  backoffMs: 1,
  maxBackoffMs: 4,
  commandAttempts: 3,
};

export interface Note {
  readonly say: string;
  readonly n: number;
}
/** How many notes there were, by what they say: of those before it was closed, only how many. */
type ItemState = Readonly<Record<string, number>>;
type ItemData = { readonly dueAt: EpochMs };
export type ItemEvent =
  | RecordedEvent<'item.opened', ItemData>
  | RecordedEvent<'item.poked', ItemData>
  | RecordedEvent<'item.closed', ItemData>
  | RecordedEvent<'item.broken', ItemData>;
export const itemTypes = ['item.opened', 'item.poked', 'item.closed'] as const;

/** Breaks while it is set. */
export const broken = { events: false, timers: false };

const sumOf = (state: ItemState): number => Object.values(state).reduce((sum, count) => sum + count, 0);

function noting(state: ItemState, say: string, more: Partial<Reacted<ItemState, Note>> = {}): Reacted<ItemState, Note> {
  const n = sumOf(state);
  const after = say === 'closed' ? { closed: n + 1 } : { ...state, [say]: (state[say] ?? 0) + 1 };
  return { state: after, commands: [{ say, n }], ...more };
}

/** A row for each count, where one that is not written, or not removed, makes every later note tell a wrong number. */
const pieces: Pieces<ItemState> = {
  changed: (before, after) =>
    [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter((say) => before[say] !== after[say])
      .map((say) => [say, after[say]] as const),
  joined: (all) => Object.fromEntries(all.map(([say, count]) => [say, Number(count)])),
};

/** Answers each trigger with a note that tells how many there were before, so that order shows. */
export const itemReaction = (
  name: string,
  changes: Partial<Pick<Reaction<ItemState, Note, ItemEvent>, 'version' | 'actsFrom' | 'about'>> = {},
  kept: 'whole' | 'in-pieces' = 'whole',
): Reaction<ItemState, Note, ItemEvent> => ({
  name,
  version: 1,
  actsFrom: 'first-event',
  initial: {},
  ...(kept === 'in-pieces' && { pieces }),
  ...changes,
  key: ({ key }) => key,
  when: {
    'item.opened': (state, { data }) => noting(state, 'opened', { set: [{ name: 'due', dueAt: data.dueAt }] }),
    'item.poked': (state, { data }) =>
      noting(state, 'poked', { cancelled: ['due'], set: [{ name: 'again', dueAt: data.dueAt }] }),
    'item.closed': (state) => noting(state, 'closed', { cancelled: ['due', 'again'] }),
    'item.broken': (state) => {
      if (broken.events) throw new Error('this event cannot be handled');
      return noting(state, 'mended');
    },
  },
  due: (state, { name: timer, at }) => {
    if (broken.timers) throw new Error('this timer cannot be handled');
    return noting(
      state,
      `${timer} is due`,
      sumOf(state) % 3 === 0 ? { set: [{ name: 'again', dueAt: at + 60_000 }] } : {},
    );
  },
});

export type Noted = Note & { readonly at: EpochMs };

/**
 * What should come of a log, computed another way: one trigger after the other over all keys at once, with nothing kept.
 */
export function notesOf(log: readonly RecordedEvent[], { when, due, initial }: Reaction<ItemState, Note, ItemEvent>) {
  const states = new Map<string, ItemState>();
  const notes = new Map<string, Noted[]>();
  let timers: { readonly key: string; readonly name: string; readonly dueAt: EpochMs }[] = [];
  const take = (
    key: string,
    at: EpochMs,
    { state, commands = [], set = [], cancelled = [] }: Reacted<ItemState, Note>,
  ) => {
    states.set(key, state);
    notes.set(key, [...(notes.get(key) ?? []), ...commands.map((note) => ({ ...note, at }))]);
    const gone = new Set([...cancelled, ...set.map(({ name }) => name)]);
    timers = timers.filter((timer) => timer.key !== key || !gone.has(timer.name));
    timers.push(...set.map((timer) => ({ key, ...timer })));
  };
  for (const event of log) {
    for (;;) {
      timers.sort((a, b) => a.dueAt - b.dueAt || (a.name < b.name ? -1 : 1));
      const [timer] = timers;
      if (!timer || timer.dueAt >= event.recordedAt) break;
      timers.shift();
      take(
        timer.key,
        timer.dueAt,
        due(states.get(timer.key) ?? initial, { name: timer.name, at: timer.dueAt }, timer.key),
      );
    }
    const handler = Object.entries(when).find(([type]) => type === event.type)?.[1] as Reaction['due'] | undefined;
    const state = states.get(event.key) ?? initial;
    if (handler)
      take(event.key, event.occurredAt, handler(state, event as never, event.key) as Reacted<ItemState, Note>);
  }
  return notes;
}

/** A store whose server's clock can be set, and reactors over it that are stopped at the end. */
export class TestReactor {
  readonly #hosts: ReactionHost[] = [];
  /** Commands that were asked for, by id. */
  readonly asked = new Map<string, number>();
  /** Thrown in place of doing a command. */
  failing: ((issued: IssuedCommand<Note>) => Error | undefined) | undefined;
  /** What a command waits for before it is done. */
  holding: ((issued: IssuedCommand<Note>) => Promise<void>) | undefined;

  private constructor(
    readonly database: TestDatabase,
    readonly pool: pg.Pool,
    readonly store: PostgresEventStore,
  ) {}

  static async open(): Promise<TestReactor> {
    const database = await testDatabase([...eventStoreMigrations, ...projectionsMigrations, ...reactionsMigrations]);
    await database.owner.query(SETTABLE_CLOCK);
    const pool = testPool(database.url);
    const store = await openPostgresEventStore({ url: database.url, applicationName: 'test', pollMs: 50 });
    return new TestReactor(database, pool, store);
  }

  /** The server's clock, from now on so much before or behind the real one. */
  async setClock(shiftMs: number): Promise<void> {
    await this.database.owner.query(`UPDATE fake.clock SET shift = $1 * interval '1 ms'`, [shiftMs]);
  }

  async append(type: string, key: string, dueAt: EpochMs = 0, occurredAt: EpochMs = 1): Promise<void> {
    await this.#store(randomUUID(), `item-${key}`, { type, key, data: { dueAt }, occurredAt });
  }

  runnable(reaction: Reaction<ItemState, Note, ItemEvent>): RunnableReaction {
    return runnable(reaction, async (issued) => {
      this.asked.set(issued.id, (this.asked.get(issued.id) ?? 0) + 1);
      await this.holding?.(issued);
      const error = this.failing?.(issued);
      if (error) throw error;
      const { id, key, at, command: data } = issued;
      await this.#store(id, `note-${reaction.name}-${key}`, { type: 'note', key: `note-${key}`, data, occurredAt: at });
    });
  }

  async #store(
    id: string,
    stream: string,
    event: Pick<NewEvent, 'type' | 'key' | 'data' | 'occurredAt'>,
  ): Promise<void> {
    const meta = { source: '/test', correlationId: 'c', causationId: 'c' };
    const outcome = await this.store.append({
      appendId: id,
      requestHash: createHash('md5').update(id).digest(),
      streams: [{ stream, expect: 'any', events: [{ ...event, id, schemaVersion: 1, meta }] }],
    });
    if (outcome.status !== 'appended' && outcome.status !== 'repeated') throw new Error(outcome.status);
  }

  #parts(pool: pg.Pool) {
    return {
      ...{ pool, source: storeSubscription(this.store) },
      decode: (events: readonly RecordedEvent[]) => Promise.resolve(events),
      passTime: () =>
        this.#store(randomUUID(), 'time-0', { type: 'time.passed', key: 'time', data: {}, occurredAt: 1 }),
    };
  }

  start(
    reactions: readonly Reaction<ItemState, Note, ItemEvent>[],
    settings: Partial<ReactionSettings> = {},
    pool: pg.Pool = this.pool,
  ): ReactionHost {
    const runnables = reactions.map((reaction) => this.runnable(reaction));
    const host = startReactions({ ...this.#parts(pool), settings: { ...quick, ...settings } }, runnables);
    this.#hosts.push(host);
    return host;
  }

  admin(...reactions: readonly Reaction<ItemState, Note, ItemEvent>[]): ReactionAdmin {
    return reactionAdmin(
      this.#parts(this.pool),
      reactions.map((reaction) => this.runnable(reaction).reaction),
    );
  }

  /** Nothing is left to do: everything handled, no timer set, no command waiting; what is parked aside. */
  async isDone({ name }: { readonly name: string }): Promise<boolean> {
    const { rows } = await this.database.owner.query<{ done: boolean }>(
      `SELECT c.position >= es.head()
         AND NOT EXISTS (SELECT FROM es.reaction_timers t WHERE t.name = $1)
         AND NOT EXISTS (SELECT FROM es.reaction_commands m WHERE m.name = $1 AND m.status = 'waiting') AS done
       FROM es.consumers c WHERE c.name = 'reaction:' || $1`,
      [name],
    );
    return rows[0]?.done ?? false;
  }

  async log(): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const page of this.store.replay(0n)) events.push(...page);
    return events;
  }

  /** The notes in the store, each key's in order. */
  async stored({ name }: { readonly name: string }, log?: readonly RecordedEvent[]): Promise<Map<string, Noted[]>> {
    const found = new Map<string, Noted[]>();
    const prefix = `note-${name}-`;
    for (const { stream, data, occurredAt } of log ?? (await this.log()))
      if (stream.startsWith(prefix)) {
        const key = stream.slice(prefix.length);
        found.set(key, [...(found.get(key) ?? []), { ...(data as Note), at: occurredAt }]);
      }
    return found;
  }

  /** Those, and the notes that should be. */
  async notes(reaction: Reaction<ItemState, Note, ItemEvent>) {
    const log = await this.log();
    return { found: await this.stored(reaction, log), expected: notesOf(log, reaction) };
  }

  /** What a dead process held comes free with time, for which no test waits. */
  async expireLeases(): Promise<void> {
    await this.database.owner.query(
      `UPDATE es.consumers SET lease_until = pg_catalog.clock_timestamp() - interval '1 day'`,
    );
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#hosts.splice(0).map((host) => host.stop()));
  }

  async close(): Promise<void> {
    await this.stopAll();
    await this.store.close();
    await this.pool.end();
    await this.database.drop();
  }
}

/** Whose sessions go by the clock that can be set. */
export function testPool(url: string): pg.Pool {
  const pool = createPool({ url, max: 12, applicationName: 'test' });
  pool.on('connect', (client) => void client.query('SET search_path = fake, pg_catalog'));
  return pool;
}

/** Everything that asks the server for the time is told another one. */
const SETTABLE_CLOCK = `
  CREATE SCHEMA fake;
  CREATE TABLE fake.clock (shift interval NOT NULL);
  INSERT INTO fake.clock VALUES ('0');
  CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
    'SELECT pg_catalog.clock_timestamp() + shift FROM fake.clock';
  GRANT USAGE ON SCHEMA fake TO PUBLIC;
  GRANT SELECT ON fake.clock TO PUBLIC;
  DO $$ BEGIN
    EXECUTE 'ALTER FUNCTION ' || (SELECT oid::regprocedure::text FROM pg_proc
      WHERE proname = 'append' AND pronamespace = 'es'::regnamespace) || ' SET search_path = fake, pg_catalog, pg_temp';
  END $$;`;
