import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { type TouchpointResult, type WayIn } from '#contracts';
import { AppendOutcomeUnknownError, StoreBusyError } from '#platform/event-store';
import { ErasurePendingError } from '#platform/vault';
import { RecordTouchpoints, type SenderTrace } from '#wiring';
import { type Caller } from '../access/caller.js';
import { Debugger } from '../debugger/debugger.js';
import { type Item } from './read-item.js';
import { strictRefusal } from './strict-mode.js';

const TRIES = 5;
const RETRY_MS = 200;

/** Sends what could be read to the store and puts the answers back into the order of the items. */
@Injectable()
export class TouchpointRecorder {
  constructor(
    private readonly commands: CommandBus,
    private readonly entries: Debugger,
  ) {}

  /** @throws StoreBusyError, AppendOutcomeUnknownError */
  async record(
    items: readonly Item[],
    caller: Caller,
    { strict = false, via = 'touchpoints', retold, traces }: RecordOptions = {},
  ): Promise<readonly Recorded[]> {
    const touchpoints: unknown[] = [];
    for (const item of items) if (item.ok) touchpoints.push(item.value);
    const request = { ...caller, ...(strict && { strict }), ...tracesOf(items, traces) };
    const recorded =
      touchpoints.length === 0 ? [] : await this.commands.execute(new RecordTouchpoints(touchpoints, request));
    if (recorded.length !== touchpoints.length) throw new Error('the recorder did not answer for every touchpoint');
    let answered = 0;
    return items.map((item): Recorded => {
      const answer = item.ok ? recorded[answered++] : item.reason;
      if (answer === undefined) throw new Error('the recorder did not answer for every touchpoint');
      const result = retold?.has(item) === true ? asSame(answer) : answer;
      this.#note(via, item, result);
      return result;
    });
  }

  /**
   * As `record`, and nothing is stored when one of them is refused.
   * @throws ProblemError `refused_in_strict_mode` with every error; its pointers begin with the index of the item
   */
  async recordAllOrNothing(
    items: readonly Item[],
    caller: Caller,
    options: Omit<RecordOptions, 'strict'> = {},
  ): Promise<readonly Recorded[]> {
    const unread = items.map((item) => (item.ok ? notStored : item.reason));
    if (items.some((item) => !item.ok)) throw strictRefusal(unread);
    const results = await this.record(items, caller, { ...options, strict: true });
    // Where something was stored, the store itself had something against the others: an id that it knows.
    if (results.length > 0 && results.every(({ status }) => status === 'refused')) throw strictRefusal(results);
    return results;
  }

  #note(via: WayIn, item: Item, result: Recorded): void {
    const sent = item.ok && typeof item.value === 'object' && item.value !== null ? item.value : {};
    const kind = 'kind' in sent && typeof sent.kind === 'string' ? sent.kind : undefined;
    this.entries.note(via, 'source' in sent ? sent.source : undefined, result, kind);
  }

  /**
   * As `record`, for a caller who is held back by not being read: waits while the store is busy or an erasure is under way, and learns an unknown outcome by sending
   * the same ids again. Bounded, then it throws as `record` does.
   */
  async recordPatiently(items: readonly Item[], caller: Caller): Promise<readonly Recorded[]> {
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

/** What became of an item; of a duplicate that reads differently each time it is sent, no more than that is known. */
export type Recorded = TouchpointResult | { readonly status: 'duplicate'; readonly id?: string };

export interface RecordOptions {
  readonly strict?: boolean;
  readonly via?: WayIn;
  /** Items that are the same when only their ids are: something that we added is different each time. */
  readonly retold?: ReadonlySet<Item>;
  /** Of items that say themselves in which trace they began. */
  readonly traces?: ReadonlyMap<Item, SenderTrace>;
}

/** In the order of the touchpoints, which are the items that could be read. */
function tracesOf(items: readonly Item[], traces: RecordOptions['traces']) {
  if (traces === undefined || traces.size === 0) return {};
  return { traces: items.flatMap((item) => (item.ok ? [traces.get(item)] : [])) };
}

function asSame(result: TouchpointResult): Recorded {
  if (result.status !== 'refused' || result.code !== 'id_reused') return result;
  return { status: 'duplicate', ...(result.id !== undefined && { id: result.id }) };
}

const notStored: TouchpointResult = { status: 'refused', code: 'not_stored', errors: [] };

function retryAfterMs(error: unknown): number | undefined {
  if (error instanceof StoreBusyError) return error.retryAfterMs;
  const isPassing = error instanceof AppendOutcomeUnknownError || error instanceof ErasurePendingError;
  return isPassing ? RETRY_MS : undefined;
}
