import { setTimeout as sleep } from 'node:timers/promises';
import { type ConversationMovedView } from '#contracts';
import { type Position, type ReadModels } from '#kernel';
import { type ConversationRow } from './conversations.projection.js';

const movedSql = `SELECT version, last_position FROM {conversations} WHERE conversation_id = $1::uuid`;

export interface ConversationFollowRequest {
  readonly conversationId: string;
  /** Position of the last change that is known. */
  readonly after: Position;
  readonly signal: AbortSignal;
}

/**
 * One conversation, live: that it has changed, and how far. A row is one version of it, so whoever comes back with a position is told whether
 * there is anything after it, and misses nothing.
 */
export class ConversationFeed {
  constructor(
    private readonly readModels: ReadModels,
    /** Between two looks: what a follower costs while nothing happens. */
    private readonly lookIntervalMs = 1_000,
  ) {}

  /** Ends with the signal, or when its customer is erased. */
  async *follow({
    conversationId,
    after,
    signal,
  }: ConversationFollowRequest): AsyncGenerator<ConversationMovedView, void, undefined> {
    let last = after;
    while (!signal.aborted) {
      const [row] = await this.readModels.query<ConversationRow>(movedSql, [conversationId]);
      if (row === undefined) return;
      if (row.last_position > last) {
        last = row.last_position;
        yield { conversationId, version: String(row.version), position: last.toString() };
      }
      await sleep(this.lookIntervalMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

const readableSql = `SELECT conversation_id FROM {conversations} WHERE conversation_id = ANY ($1::uuid[])`;

/** Those of them that are there; that of an erased customer is not. */
export async function readableConversations(
  readModels: ReadModels,
  conversationIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await readModels.query<ConversationRow>(readableSql, [conversationIds]);
  return new Set(rows.map((row) => row.conversation_id));
}
