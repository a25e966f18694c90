import { type Reaction } from '#kernel';
import { type Queryable } from '#platform/consumers';
import { loadStates, saveStates, type States, toJson } from './key-states.js';
import { type KeyMemory, type KeyRun, type OutgoingCommand, type PendingTimer } from './run-key.js';

interface TimerRow {
  readonly key: string;
  readonly timer: string;
  readonly due_at: string;
  readonly id: string;
  readonly correlation_id: string;
}

/** What is remembered of each of these keys; of one that is not known, the beginning. */
export async function loadMemories(
  db: Queryable,
  reaction: Reaction,
  keys: readonly string[],
): Promise<ReadonlyMap<string, KeyMemory>> {
  const { name, version, initial } = reaction;
  const states = await loadStates(db, reaction, keys);
  const timers = await db.query<TimerRow>(
    `SELECT key, timer, due_at, id, correlation_id FROM es.reaction_timers WHERE name = $1 AND version = $2 AND key = ANY ($3)`,
    [name, version, keys],
  );
  const timersOf = new Map<string, PendingTimer[]>();
  for (const { key, timer, due_at, id: timerId, correlation_id } of timers.rows)
    timersOf.set(key, [
      ...(timersOf.get(key) ?? []),
      { name: timer, dueAt: Number(due_at), id: timerId, correlationId: correlation_id },
    ]);
  return new Map(
    keys.map((key) => [key, { state: states.has(key) ? states.get(key) : initial, timers: timersOf.get(key) ?? [] }]),
  );
}

export interface Runs {
  /** What is stored of the keys. */
  readonly before: ReadonlyMap<string, KeyMemory>;
  readonly after: ReadonlyMap<string, KeyRun>;
  readonly withCommands: boolean;
}

/** Keeps what keys came to, with one or two statements for each table. */
export async function saveRuns(
  db: Queryable,
  reaction: Reaction,
  { before, after: runs, withCommands }: Runs,
): Promise<void> {
  const { name, version } = reaction;
  const keys = [...runs.keys()];
  if (keys.length === 0) return;
  await saveStates(db, reaction, { before: statesOf(before), after: statesOf(runs) });
  await db.query(`DELETE FROM es.reaction_timers WHERE name = $1 AND version = $2 AND key = ANY ($3)`, [
    name,
    version,
    keys,
  ]);
  const timers = [...runs].flatMap(([key, run]) => run.timers.map((timer) => ({ key, ...timer })));
  if (timers.length > 0)
    await db.query(
      `INSERT INTO es.reaction_timers (name, version, key, timer, due_at, id, correlation_id)
       SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[])`,
      [
        ...[name, version],
        timers.map(({ key }) => key),
        timers.map((timer) => timer.name),
        timers.map(({ dueAt }) => dueAt),
        timers.map(({ id }) => id),
        timers.map(({ correlationId }) => correlationId),
      ],
    );
  // In the order of the log over all keys, so that what waits can be told by age.
  const asked = withCommands ? [...runs.values()].flatMap((run) => run.commands) : [];
  const commands = asked.toSorted((one, other) => one.askedAt - other.askedAt);
  if (commands.length > 0) await insertCommands(db, { name, version }, commands);
}

/** Their numbers follow the order in which they are given: `seq` is counted as rows come out of the sort. */
async function insertCommands(
  db: Queryable,
  { name, version }: Pick<Reaction, 'name' | 'version'>,
  commands: readonly OutgoingCommand[],
): Promise<void> {
  await db.query(
    `INSERT INTO es.reaction_commands (name, version, key, id, at, command, causation_id, correlation_id)
     SELECT $1, $2, c.key, c.id, c.at, c.command, c.causation_id, c.correlation_id
     FROM unnest($3::text[], $4::uuid[], $5::bigint[], $6::json[], $7::text[], $8::text[])
       WITH ORDINALITY AS c(key, id, at, command, causation_id, correlation_id, place) ORDER BY c.place`,
    [
      ...[name, version],
      commands.map(({ key }) => key),
      commands.map(({ id }) => id),
      commands.map(({ at }) => at),
      commands.map(({ command }) => toJson(command)),
      commands.map(({ causationId }) => causationId),
      commands.map(({ correlationId }) => correlationId),
    ],
  );
}

const statesOf = (memories: ReadonlyMap<string, KeyMemory>): States =>
  new Map([...memories].map(([key, { state }]) => [key, state]));
