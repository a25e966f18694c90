import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type TouchpointResult } from '#contracts';
import { AppendOutcomeUnknownError, StoreBusyError } from '#platform/event-store';
import { ErasurePendingError } from '#platform/vault';
import { RecordTouchpoints } from '#wiring';
import { type Caller } from '../access/caller.js';
import { type Item } from './read-item.js';

const TRIES = 5;
const RETRY_MS = 200;

/** Sends what could be read to the store and puts the answers back into the order of the items. */
@Injectable()
export class TouchpointRecorder {
  constructor(private readonly commands: CommandBus) {}

  /** @throws StoreBusyError, AppendOutcomeUnknownError */
  async record(items: readonly Item[], caller: Caller): Promise<readonly TouchpointResult[]> {
    const touchpoints = items.flatMap((item) => (item.ok ? [item.value] : []));
    const recorded =
      touchpoints.length === 0 ? [] : await this.commands.execute(new RecordTouchpoints(touchpoints, caller));
    if (recorded.length !== touchpoints.length) throw new Error('the recorder did not answer for every touchpoint');
    const answers = recorded[Symbol.iterator]();
    return items.map((item) => (item.ok ? next(answers) : item.reason));
  }

  /**
   * As `record`, for a caller who is held back by not being read: waits while the store is busy or an erasure is under way, and learns an unknown outcome by sending
   * the same ids again. Bounded, then it throws as `record` does.
   */
  async recordPatiently(items: readonly Item[], caller: Caller): Promise<readonly TouchpointResult[]> {
    for (let tries = 1; ; tries += 1)
      try {
        return await this.record(items, caller);
      } catch (error) {
        const waitMs = retryAfterMs(error);
        if (waitMs === undefined || tries === TRIES) throw error;
        await pause(waitMs);
      }
  }
}

function next(answers: Iterator<TouchpointResult>): TouchpointResult {
  const { value, done } = answers.next();
  if (done === true) throw new Error('the recorder did not answer for every touchpoint');
  return value;
}

function retryAfterMs(error: unknown): number | undefined {
  if (error instanceof StoreBusyError) return error.retryAfterMs;
  const isPassing = error instanceof AppendOutcomeUnknownError || error instanceof ErasurePendingError;
  return isPassing ? RETRY_MS : undefined;
}
