import { setTimeout as wait } from 'node:timers/promises';
import { type Position } from '#kernel';
import { type TouchpointRecorder } from '../ports.js';
import { batchesOf, readAhead } from './batches.js';
import { stateFile, type ImportState, type StateFile } from './import-state.js';
import { outcomes } from './outcomes.js';
import { assertReplaceable, canContinue, openRejects, type RejectsFile } from './rejects.js';
import { settle, type SettledBatch } from './sending.js';
import { survey, type Survey } from './survey.js';
import { type Source } from './table.js';
import { emptyTally, rowsIn, sumOf, type Tally } from './tally.js';

export interface ImportTask {
  readonly source: Source;
  readonly recorder: TouchpointRecorder;
  /** Of the store that is written to: an import that was interrupted goes on only in the same one. */
  readonly installation: string;
  /** Whether what was stored up to a position is still there. */
  readonly holds: (position: Position) => Promise<boolean>;
  readonly dataDir: string;
  readonly rejectsPath: string;
  /** Touchpoints in one call, 1–500. */
  readonly batchSize: number;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export type ImportProgress =
  | { readonly phase: 'survey'; readonly bytesRead: number; readonly bytes: number }
  | {
      readonly phase: 'send';
      readonly rowsSettled: number;
      readonly rowsSkipped: number;
      readonly rows: number;
      readonly tally: Tally;
    };

export interface ImportReport {
  /** False: interrupted; the next run goes on from there. */
  readonly finished: boolean;
  readonly rows: number;
  /** Rows that an earlier, interrupted run had dealt with. They are in the tally. */
  readonly rowsResumed: number;
  readonly tally: Tally;
  /** `undefined` when no row was refused. */
  readonly rejectsPath: string | undefined;
  /** Of the last touchpoint that was stored; decimal digits. */
  readonly position: string | undefined;
}

/** How often it is written down how far the import has come. A kill costs this much work, and none is done twice. */
const SAVE_EVERY_MS = 250;

/**
 * Reads the input twice, sends what its rows make, and accounts for every row. Whatever happens, running it again ends in the
 * same state: ids are deterministic, and what was noted as settled is stored.
 * @throws ImportProblem
 */
export async function runImport(task: ImportTask): Promise<ImportReport> {
  const found = await look(task);
  if (found === undefined)
    return { finished: false, rows: 0, rowsResumed: 0, tally: emptyTally, rejectsPath: undefined, position: undefined };
  const { source } = task;
  const state = stateFile(task.dataDir, {
    installation: task.installation,
    profile: source.profile ?? null,
    settings: source.settings,
    contentHash: found.contentHash,
  });
  const before = await usableState(state, task);
  if (before === undefined) await assertReplaceable(task.rejectsPath);
  const rejects = openRejects({
    path: task.rejectsPath,
    settings: source.settings,
    header: found.header,
    keepBytes: before?.rejectsBytes ?? 0,
  });
  const run = new Run({ task, state, rejects, found, before });
  try {
    return await run.toEnd();
  } finally {
    await rejects.close();
  }
}

async function look({ source, signal, onProgress }: ImportTask): Promise<Survey | undefined> {
  const bytes = source.input.sizeBytes;
  try {
    return await survey(source, {
      signal,
      onProgress: (bytesRead) => onProgress?.({ phase: 'survey', bytesRead, bytes }),
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** What an earlier run noted, if its rejects and what it stored are still there. */
async function usableState(state: StateFile, { rejectsPath, holds }: ImportTask): Promise<ImportState | undefined> {
  const before = await state.load();
  if (before === undefined || before.rejectsPath !== rejectsPath) return undefined;
  if (before.position !== null && !(await holds(BigInt(before.position)))) return undefined;
  return (await canContinue(rejectsPath, before.rejectsBytes)) ? before : undefined;
}

interface RunParts {
  readonly task: ImportTask;
  readonly state: StateFile;
  readonly rejects: RejectsFile;
  readonly found: Survey;
  readonly before: ImportState | undefined;
}

class Run {
  private tally: Tally;
  private settledRow: number;
  private position: string | undefined;
  private savedAt = 0;

  constructor(private readonly parts: RunParts) {
    this.tally = parts.before?.tally ?? emptyTally;
    this.settledRow = parts.before?.settledRow ?? 0;
    this.position = parts.before?.position ?? undefined;
  }

  async toEnd(): Promise<ImportReport> {
    const { task, found } = this.parts;
    this.tell();
    const batches = batchesOf(outcomes(task.source, found, { signal: task.signal, settledRow: this.settledRow }), {
      touchpoints: task.batchSize,
    });
    const settled = settle(readAhead(batches), { recorder: task.recorder, concurrency: task.concurrency, wait });
    try {
      for await (const batch of settled) await this.take(batch);
    } finally {
      // Also after a failure: what is settled is settled.
      await this.save();
    }
    const finished = this.settledRow >= found.rows;
    if (finished) await this.parts.state.remove();
    if (finished && rowsIn(this.tally) !== found.rows)
      throw new Error(`${String(found.rows)} rows were read and ${String(rowsIn(this.tally))} are accounted for`);
    return this.report(finished);
  }

  private async take(batch: SettledBatch): Promise<void> {
    // First the refused rows, then the note that they are written: after a kill none is missing and none is there twice.
    await this.parts.rejects.write(batch.refused);
    this.tally = sumOf(this.tally, batch.tally);
    this.settledRow = batch.settledRow;
    this.position = batch.position ?? this.position;
    this.tell();
    if (Date.now() - this.savedAt >= SAVE_EVERY_MS) await this.save();
  }

  private async save(): Promise<void> {
    const { state, rejects } = this.parts;
    await state.save({
      settledRow: this.settledRow,
      tally: this.tally,
      rejectsPath: rejects.path,
      rejectsBytes: rejects.bytes,
      position: this.position ?? null,
    });
    this.savedAt = Date.now();
  }

  private tell(): void {
    const { task, found, before } = this.parts;
    task.onProgress?.({
      phase: 'send',
      rowsSettled: this.settledRow,
      rowsSkipped: before?.settledRow ?? 0,
      rows: found.rows,
      tally: this.tally,
    });
  }

  private report(finished: boolean): ImportReport {
    const { rejects, found, before } = this.parts;
    return {
      finished,
      rows: found.rows,
      rowsResumed: before?.settledRow ?? 0,
      tally: this.tally,
      rejectsPath: rejects.bytes > 0 ? rejects.path : undefined,
      position: this.position,
    };
  }
}
