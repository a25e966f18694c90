import type pg from 'pg';
import type { EpochMs, Reaction, RecordedEvent } from '#kernel';
import { ConsumerTroubleError, type DecodedPage, type Lease, moveCheckpoint, transaction } from '#platform/consumers';
import { consumerOf } from './begin-reaction.js';
import { loadMemories, saveRuns } from './key-memories.js';
import { parkTriggers, type ToPark } from './parked-triggers.js';
import { type KeyMemory, type KeyRun, runKey } from './run-key.js';

/** A stretch of the log for a reaction. */
export interface ReactionPage extends Pick<DecodedPage, 'upTo' | 'condemned' | 'readAfter'> {
  /** Those that the reaction handles, by key. */
  readonly events: ReadonlyMap<string, readonly RecordedEvent[]>;
  /** The recorded time of its first event. */
  readonly firstTime: EpochMs | undefined;
  /** The recorded time that the log has come to with it; `undefined` where it has no event. */
  readonly time: EpochMs | undefined;
  /** Events that were read, handled or not. */
  readonly read: number;
  /** The log's commands were dispatched by an earlier version, or are not to be. */
  readonly suppressed: boolean;
}

export interface Target {
  readonly pool: pg.Pool;
  readonly reaction: Reaction;
  readonly leaseMs: number;
  readonly maxKeys: number;
  readonly maxParked: number;
  /** What earlier pages under this lease left keys with: nobody else has changed them, or the lease would be lost. */
  readonly kept: Memories;
}

export type Memories = ReadonlyMap<string, KeyMemory>;

/** What keys came to. */
interface Come {
  readonly commands: number;
  readonly kept: Memories;
}

export interface ReactedPage extends Come {
  readonly lease: Lease;
  /** More timers were due than fire at once. `again`: the page is not done; `shorter`: ask for less of the log first. */
  readonly outcome: 'done' | 'again' | 'shorter';
}

/**
 * States, timers, commands, parked triggers and the checkpoint of one page, in one transaction. Where more keys have a timer due than
 * one transaction should hold, those that were due before the page's first event fire first, with the checkpoint where it is.
 */
export function reactToPage(target: Target, lease: Lease, page: ReactionPage): Promise<ReactedPage> {
  const { pool, reaction, leaseMs, maxKeys } = target;
  const { firstTime } = page;
  return transaction(pool, 'BEGIN', async (client) => {
    const ref = consumerOf(reaction);
    // First in the transaction: a former owner, or one of another epoch, gets no further.
    const held = await moveCheckpoint(client, ref, lease, { to: lease.position, leaseMs });
    const parked = await parkedKeys(client, reaction);
    const due = page.time === undefined ? [] : await dueKeys(client, reaction, page.time, maxKeys + 1);
    const early = due.filter(({ at }) => firstTime !== undefined && at < firstTime).slice(0, maxKeys);
    if (early.length === maxKeys) {
      const before = {
        ...page,
        events: new Map<string, readonly RecordedEvent[]>(),
        time: firstTime,
        upTo: lease.position,
      };
      const come = await runKeys(client, target, before, { keys: keysOf(early), parked });
      return { lease: held, ...come, outcome: 'again' };
    }
    if (due.length > maxKeys && page.read > 1)
      return { lease: held, commands: 0, kept: target.kept, outcome: 'shorter' };
    const come = await runKeys(client, target, page, { keys: keysOf(due), parked });
    const moved = await moveCheckpoint(client, ref, held, { to: page.upTo, leaseMs });
    return { lease: moved, ...come, outcome: 'done' };
  });
}

async function runKeys(
  client: pg.PoolClient,
  { reaction, maxParked, kept }: Target,
  page: ReactionPage,
  { keys, parked }: { readonly keys: readonly string[]; readonly parked: ReadonlySet<string> },
): Promise<Come> {
  const all = [...new Set([...keys, ...page.events.keys()])].sort();
  const live = all.filter((key) => !parked.has(key));
  const unread = live.filter((key) => !kept.has(key));
  const read = unread.length > 0 ? await loadMemories(client, reaction, unread) : new Map<string, KeyMemory>();
  const memories = new Map([...kept, ...read]);
  const runs = new Map<string, KeyRun>();
  const toPark: ToPark[] = [];
  for (const key of all) {
    const events = page.events.get(key) ?? [];
    const memory = parked.has(key) ? undefined : memories.get(key);
    if (!memory) toPark.push({ key, behind: events });
    else {
      const time = page.time ?? -Infinity;
      const run = runKey(reaction, key, memory, { events, time, condemned: page.condemned });
      runs.set(key, run);
      if (run.failed) toPark.push({ key, run, behind: run.failed.left });
    }
  }
  await saveRuns(client, reaction, { before: memories, after: runs, withCommands: !page.suppressed });
  const added = await parkTriggers(client, reaction, toPark, page);
  if (added > 0) await checkParked(client, reaction, maxParked);
  const commands = page.suppressed ? 0 : [...runs.values()].reduce((sum, run) => sum + run.commands.length, 0);
  return { commands, kept: reaction.pieces ? keptOf(kept, runs) : kept };
}

/** Keys of large states are few; of more, the rest is read again. */
const MAX_KEPT = 16;

function keptOf(kept: Memories, runs: ReadonlyMap<string, KeyRun>): Memories {
  const left = [...runs].map(([key, { state, timers }]) => [key, { state, timers }] as const);
  return new Map([...kept, ...left].slice(-MAX_KEPT));
}

/** Keys with a parked trigger. */
async function parkedKeys(client: pg.PoolClient, { name, version }: Reaction): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ key: string }>(
    `SELECT DISTINCT key FROM es.reaction_parked WHERE name = $1 AND version = $2 AND status = 'parked'`,
    [name, version],
  );
  return new Set(rows.map(({ key }) => key));
}

interface DueKey {
  readonly key: string;
  /** When its first timer was due. */
  readonly at: EpochMs;
}

const keysOf = (due: readonly DueKey[]): readonly string[] => due.map(({ key }) => key);

/** Keys with a timer that was due before a time, and no parked trigger; the earliest first. */
async function dueKeys(
  client: pg.PoolClient,
  { name, version }: Reaction,
  time: EpochMs,
  limit: number,
): Promise<readonly DueKey[]> {
  const { rows } = await client.query<{ key: string; at: string }>(
    `SELECT key, min(due_at) AS at FROM es.reaction_timers t WHERE name = $1 AND version = $2 AND due_at < $3 AND NOT EXISTS (
       SELECT FROM es.reaction_parked p WHERE p.name = t.name AND p.version = t.version AND p.key = t.key AND p.status = 'parked')
     GROUP BY key ORDER BY min(due_at), key LIMIT $4`,
    [name, version, time, limit],
  );
  return rows.map(({ key, at }) => ({ key, at: Number(at) }));
}

/** Too many at once: something is wrong with the code, not with a trigger. */
async function checkParked(client: pg.PoolClient, { name, version }: Reaction, maxParked: number): Promise<void> {
  const { rows } = await client.query<{ parked: string }>(
    `SELECT count(*) AS parked FROM es.reaction_parked WHERE name = $1 AND version = $2 AND status = 'parked'`,
    [name, version],
  );
  const parked = Number(rows[0]?.parked ?? 0);
  if (parked > maxParked)
    throw new ConsumerTroubleError(
      'failed',
      `${String(parked)} triggers would be parked, ${String(maxParked)} may be; release or discard them, or mend the reaction`,
    );
}
