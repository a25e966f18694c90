import type pg from 'pg';
import type { EpochMs, Position, Reaction, RecordedEvent } from '#kernel';
import {
  type DecodeEvents,
  describeError,
  type EventSource,
  isOutage,
  STORE_EPOCH,
  transaction,
} from '#platform/consumers';
import { consumerOf } from './begin-reaction.js';
import { loadMemories, saveRuns } from './key-memories.js';
import { listTriggers, type ParkedTrigger } from './parked-triggers.js';
import { type KeyMemory, type KeyRun, runKey, type Stretch } from './run-key.js';

/** Who decides about what is parked, and why. */
export interface ReactionDecision {
  /** A user, a key, `cli`. */
  readonly by: string;
  readonly reason?: string;
}

export interface ReleasedKey {
  readonly triggers: number;
  readonly commands: number;
  readonly stillParked: number;
  /** Why triggers are still parked. */
  readonly error: string | null;
}

interface DecisionParts {
  readonly pool: pg.Pool;
  readonly source: EventSource;
  readonly decode: DecodeEvents;
}

/** More of one key cannot be parked by default. */
const MAX_TRIGGERS = 100_000;

/**
 * Handles a key's parked triggers in order, with the timers between them, in one transaction: all of them, or none and one more failed
 * attempt. Its parked commands are tried again from the first attempt on. Triggers of another version only that one can handle.
 */
export async function releaseReactionKey(
  parts: DecisionParts,
  reaction: Reaction,
  key: string,
  decision: ReactionDecision,
): Promise<ReleasedKey> {
  const commands = await releaseCommands(parts.pool, reaction.name, key, decision);
  let waiting: readonly ParkedTrigger[] = [];
  try {
    await transaction(parts.pool, 'BEGIN', async (client) => {
      const progress = await takeOver(client, reaction);
      if (!progress) return;
      waiting = await parkedOf(client, { name: reaction.name, version: progress.version }, key);
      if (waiting.length === 0) return;
      if (progress.version !== reaction.version) throw new StillFailingError(new OtherVersionError(progress.version));
      const before = await loadMemories(client, reaction, [key]);
      const memory = before.get(key);
      if (!memory) throw new Error('every key has a memory');
      const run = await runParked(parts, reaction, memory, { key, waiting, progress });
      await saveRuns(client, reaction, { before, after: new Map([[key, run]]), withCommands: true });
      await client.query(
        `UPDATE es.reaction_parked SET status = 'released', decided_by = $4, decided_at = clock_timestamp(), reason = $5
         WHERE name = $1 AND version = $2 AND key = $3 AND status = 'parked'`,
        [reaction.name, reaction.version, key, decision.by, decision.reason ?? null],
      );
    });
    return { triggers: waiting.length, commands, stillParked: 0, error: null };
  } catch (error) {
    if (!(error instanceof StillFailingError)) throw error;
    await parts.pool.query(
      `UPDATE es.reaction_parked SET attempts = attempts + 1, error = $4
       WHERE name = $1 AND version = $2 AND key = $3 AND status = 'parked' AND attempts > 0`,
      [reaction.name, reaction.version, key, error.message],
    );
    return { triggers: 0, commands, stillParked: waiting.length, error: error.message };
  }
}

interface ParkedKey {
  readonly key: string;
  readonly waiting: readonly ParkedTrigger[];
  readonly progress: Progress;
}

/**
 * What a key comes to over its parked triggers. History is gone through by itself, as it is in the log, and its commands dropped:
 * they were dispatched by an earlier version, or are not to be.
 * @throws StillFailingError
 */
async function runParked(
  parts: DecisionParts,
  reaction: Reaction,
  memory: KeyMemory,
  { key, waiting, progress: { position, effectsFrom } }: ParkedKey,
): Promise<KeyRun> {
  const events: RecordedEvent[] = [];
  for (const trigger of waiting) if (trigger.timer === '') events.push(await readEvent(parts, trigger));
  const due = waiting.map(({ dueAt }) => (dueAt === null ? -Infinity : dueAt + 1));
  const time = Math.max(...due, events.at(-1)?.recordedAt ?? -Infinity);
  const run = (from: KeyMemory, stretch: Stretch): KeyRun => {
    const after = runKey(reaction, key, from, stretch);
    if (after.failed) throw new StillFailingError(after.failed.error);
    return after;
  };
  if (waiting.every((trigger) => trigger.position > effectsFrom)) return run(memory, { events, time });
  // A reaction that is itself in history comes to the deadlines that are left in it later.
  const until = position < effectsFrom ? time : await recordedAt(parts.source, effectsFrom);
  const past = run(memory, { events: events.filter((event) => event.position <= effectsFrom), time: until });
  return run(past, { events: events.filter((event) => event.position > effectsFrom), time });
}

export interface ReactionDiscardTarget {
  readonly key: string;
  /** Only the event at this position, or the timer that is named. */
  readonly position?: Position;
  /** Which of the timers that are parked at the position; an event may be parked there as well. */
  readonly timer?: string;
}

/**
 * Decides that parked triggers are never handled, and unless a position is named, that the key's parked commands are never done: the
 * rows stay, with who and why. What waits behind them goes on. The triggers may be of an older version, which keep this one from
 * beginning.
 */
export async function discardReactionKey(
  parts: DecisionParts,
  reaction: Reaction,
  { key, position, timer = '' }: ReactionDiscardTarget,
  decision: ReactionDecision & { readonly reason: string },
): Promise<{ readonly discarded: number; readonly released: ReleasedKey }> {
  const { name } = reaction;
  const discarded = await transaction(parts.pool, 'BEGIN', async (client) => {
    const { version } = (await takeOver(client, reaction)) ?? reaction;
    const decided = `status = 'discarded', decided_by = $4, decided_at = clock_timestamp(), reason = $5`;
    const triggers = await client.query<{ timer: string }>(
      `UPDATE es.reaction_parked SET ${decided}
       WHERE name = $1 AND version = $2 AND key = $3 AND status = 'parked' AND ($6::bigint IS NULL OR position = $6 AND timer = $7)
       RETURNING timer`,
      [name, version, key, decision.by, decision.reason, position ?? null, timer],
    );
    await client.query(
      `DELETE FROM es.reaction_timers WHERE name = $1 AND version = $2 AND key = $3 AND timer = ANY ($4)`,
      [name, version, key, triggers.rows.map(({ timer }) => timer)],
    );
    if (position !== undefined) return triggers.rows.length;
    const commands = await client.query(
      `UPDATE es.reaction_commands SET status = 'discarded', decided_by = $3, decided_at = clock_timestamp(), reason = $4
       WHERE name = $1 AND key = $2 AND status = 'parked'`,
      [name, key, decision.by, decision.reason],
    );
    return triggers.rows.length + (commands.rowCount ?? 0);
  });
  return { discarded, released: await releaseReactionKey(parts, reaction, key, decision) };
}

class OtherVersionError extends Error {
  override readonly name = 'OtherVersionError';
  constructor(version: number) {
    super(`only version ${String(version)} can handle what it has parked; discard it, or release it with that version`);
  }
}

class StillFailingError extends Error {
  override readonly name = 'StillFailingError';
  constructor(cause: unknown) {
    super(describeError(cause).text, { cause });
  }
}

/** How far a reaction has come. */
interface Progress {
  /** The one that has begun, which need not be the one of this code. */
  readonly version: number;
  readonly position: Position;
  /** Up to here it only remembers. */
  readonly effectsFrom: Position;
}

/**
 * The row lock keeps the reaction from committing meanwhile, and the raised fence makes it learn what was decided. Nothing is answered
 * where no version has begun.
 */
async function takeOver(client: pg.ClientBase, reaction: Reaction): Promise<Progress | undefined> {
  const { rows } = await client.query<{ current: boolean; version: number; position: string; effects_from: string }>(
    `UPDATE es.consumers SET fence = fence + 1 WHERE name = $1
     RETURNING epoch = ${STORE_EPOCH} AS current, version, position, effects_from`,
    [consumerOf(reaction).name],
  );
  const [row] = rows;
  // An older version stays in its epoch, and what it has parked can still be discarded.
  if (row?.current === false && row.version === reaction.version)
    throw new Error(`${reaction.name} has run in another epoch of the store; safar reactions resume ${reaction.name}`);
  return row && { version: row.version, position: BigInt(row.position), effectsFrom: BigInt(row.effects_from) };
}

/** The time that the log had come to with an event. */
async function recordedAt(source: EventSource, position: Position): Promise<EpochMs> {
  const event = await source.eventAt(position);
  if (!event) throw gone(position);
  return event.recordedAt;
}

async function parkedOf(
  client: pg.ClientBase,
  { name, version }: Pick<Reaction, 'name' | 'version'>,
  key: string,
): Promise<readonly ParkedTrigger[]> {
  const all = await listTriggers(client, { name, key, limit: MAX_TRIGGERS });
  return all.filter((trigger) => trigger.version === version);
}

async function readEvent(
  { source, decode }: DecisionParts,
  { readAfter, position }: ParkedTrigger,
): Promise<RecordedEvent> {
  const { events } = await source.read(readAfter, 1);
  if (events[0]?.position !== position) throw gone(position);
  const [event] = await decode(events, 'sealed').catch((error: unknown) => {
    throw isOutage(error) ? error : new StillFailingError(error);
  });
  if (!event) throw new Error('decoding must answer one event for each');
  return event;
}

const gone = (position: Position): Error =>
  new Error(`the store no longer has the event at position ${position.toString()}`);

async function releaseCommands(pool: pg.Pool, name: string, key: string, decision: ReactionDecision): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE es.reaction_commands SET status = 'waiting', attempts = 0, retry_at = NULL, decided_by = $3,
       decided_at = clock_timestamp(), reason = $4 WHERE name = $1 AND key = $2 AND status = 'parked'`,
    [name, key, decision.by, decision.reason ?? null],
  );
  return rowCount ?? 0;
}
