import { describeError, pause } from '#platform/consumers';
import { type ProjectionParts } from './lane-consumer.js';
import { type ProjectionSettings } from './settings.js';
import { removeErasedRows } from './unapplied-erasures.js';

/** Polls between two looks for erased rows in builds that nobody feeds. */
const CLEAN_EVERY_POLLS = 5;

/** Looks after builds of all versions in one respect: that those which nobody feeds lose the rows of those who are erased. */
export class ErasedRowsCleaner {
  readonly name = 'erased rows';
  error: string | null = null;

  constructor(
    private readonly parts: ProjectionParts,
    private readonly settings: ProjectionSettings,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await removeErasedRows(this.parts.pool);
        this.error = null;
      } catch (error) {
        this.error = describeError(error).text;
      }
      await pause(CLEAN_EVERY_POLLS * this.settings.pollMs, signal);
    }
  }
}
