import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import { type TouchpointDto } from '#contracts';
import { type EpochMs } from '#kernel';
import { batchesOf, readAhead, type Batch } from '../import/batches.js';
import { type Outcome } from '../import/outcomes.js';
import { settle, type SettledBatch } from '../import/sending.js';
import { emptyTally, sumOf, type Tally } from '../import/tally.js';
import { type TouchpointRecorder } from '../ports.js';
import { type Simulation } from './simulation.js';

export interface SimulationProgress {
  readonly from: EpochMs;
  readonly until: EpochMs;
  /** Of the touchpoint that was generated last. */
  readonly now: EpochMs;
  readonly tally: Tally;
}

export interface SimulationReport {
  /** False: stopped before the end. */
  readonly finished: boolean;
  readonly tally: Tally;
  /** Of the last touchpoint that was stored; decimal digits. */
  readonly position: string | undefined;
}

export interface HistoryTask {
  readonly simulation: Simulation;
  readonly recorder: TouchpointRecorder;
  /** Touchpoints in one call. */
  readonly batchSize: number;
  /** Calls on their way at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: SimulationProgress) => void;
}

const outcomeOf = (touchpoint: TouchpointDto, settles: number): Outcome => ({
  ...{ settles, touchpoint, rows: [], refused: [] },
  // Only bounds a batch: the largest touchpoint that is generated has 2 KB.
  weight: 700,
});

async function* outcomesOf({ simulation, signal, batchSize }: HistoryTask): AsyncGenerator<Outcome> {
  let generated = 0;
  for (const touchpoint of simulation.history()) {
    if (signal.aborted) return;
    generated += 1;
    yield outcomeOf(touchpoint, generated);
    // Whatever else this process does has its turn, too: a server that shows a demo among it.
    if (generated % batchSize === 0) await setImmediate();
  }
}

/** Stores a history, in its order. Ids are deterministic: what is there already is a duplicate, so that stopping loses nothing. */
export async function storeHistory(task: HistoryTask): Promise<SimulationReport> {
  const { simulation, recorder, concurrency, signal, onProgress } = task;
  const batches = readAhead(batchesOf(outcomesOf(task), { touchpoints: task.batchSize }));
  const { from, until } = simulation;
  const sum = await addUp(settle(batches, { recorder, concurrency, wait }), (tally) =>
    onProgress?.({ from, until, now: Math.min(simulation.now, until), tally }),
  );
  return { ...sum, finished: !signal.aborted };
}

/** Lives through a history that is stored already, so that what comes after it can follow. */
export async function skipHistory(simulation: Simulation, signal: AbortSignal): Promise<void> {
  const history = simulation.history();
  for (let passed = 1; history.next().done !== true && !signal.aborted; passed++)
    if (passed % 500 === 0) await setImmediate();
}

export interface LiveTask {
  /** Whose history has been read to its end. */
  readonly simulation: Simulation;
  readonly recorder: TouchpointRecorder;
  readonly perSecond: number;
  readonly now: () => EpochMs;
  readonly signal: AbortSignal;
  readonly onProgress?: (tally: Tally) => void;
}

/** Batches under way; and touchpoints in one, when the store has been slower than the rate for a while. */
const LIVE_CONCURRENCY = 4;
const LIVE_BATCH = 500;
/** No use in looking at the clock more often. */
const SHORTEST_PAUSE_MS = 10;

/**
 * Touchpoints at a rate, each at its moment, until the signal. Open loop: their moments do not depend on the answers. What the
 * store has not taken in time comes as soon as it does, in larger batches.
 */
export async function runLive(task: LiveTask): Promise<SimulationReport> {
  const { recorder, perSecond } = task;
  // Of a slow stream each one is waited for: at one in five seconds a second one under way would hide the first for that long.
  const concurrency = perSecond < 10 ? 1 : LIVE_CONCURRENCY;
  const sum = await addUp(settle(liveBatches(task), { recorder, concurrency, wait }), (tally) =>
    task.onProgress?.(tally),
  );
  return { ...sum, finished: true };
}

async function* liveBatches({ simulation, perSecond, now, signal }: LiveTask): AsyncGenerator<Batch> {
  const startedAt = now();
  const next = simulation.goLive(startedAt);
  let made = 0;
  while (!signal.aborted) {
    const due = Math.min(Math.floor(((now() - startedAt) * perSecond) / 1000) - made, LIVE_BATCH);
    const batch: Outcome[] = [];
    for (; batch.length < due; made++) {
      const touchpoint = next(Math.round(startedAt + (made / perSecond) * 1000));
      if (touchpoint === undefined) return;
      batch.push(outcomeOf(touchpoint, made + 1));
    }
    if (batch.length > 0) yield batch;
    const pauseMs = startedAt + ((made + 1) / perSecond) * 1000 - now();
    await wait(Math.max(pauseMs, SHORTEST_PAUSE_MS), undefined, { signal }).catch(() => undefined);
  }
}

async function addUp(
  settled: AsyncIterable<SettledBatch>,
  tell: (tally: Tally) => void,
): Promise<Omit<SimulationReport, 'finished'>> {
  let tally = emptyTally;
  let position: string | undefined;
  for await (const batch of settled) {
    tally = sumOf(tally, batch.tally);
    position = batch.position ?? position;
    tell(tally);
  }
  return { tally, position };
}
