import { lastAgentOf, type TellItem } from '#capabilities';
import { conversationIdOf, conversationStream, type RoutingData, routingStream } from '#contracts';
import { canonicalJson, type EpochMs, type NewEvent, type ReadModels } from '#kernel';
import { type AppendOutcome } from '#platform/event-store';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { type Pseudonyms } from '#platform/vault';
import { type ConversationLogPorts, isErased } from '../conversations/conversation-log.js';

export interface TellPorts extends ConversationLogPorts {
  readonly directory: { readonly readModels: ReadModels };
}

/**
 * Stores whose turn it is in a conversation, and who had its customer before: replays find here what was known then. Of a customer who
 * was erased it is nobody's turn: a snooze may end, or a clock move, after routing has heard of the erasure, and would hear of no end.
 */
export const createItemTeller =
  (ports: TellPorts) =>
  async ({ id, key, at, command, causationId, correlationId }: IssuedCommand<TellItem>): Promise<void> => {
    const { store, vault, directory } = ports;
    const { customerId, version, item, returning = false } = command;
    const conversationId = conversationIdOf(key);
    const said = { conversationId, customerId, at, id, causationId, correlationId };
    const append = async (appendId: string, event: NewEvent): Promise<void> => {
      settled(
        await store.append({
          ...{ appendId, requestHash: vault.digest('routing', canonicalJson(command)) },
          streams: [{ stream: routingStream(conversationId), expect: 'any', events: [event] }],
        }),
      );
    };
    if (item === null) return append(id, routingEvent(vault, said, 'routing.item_left', { version }));
    const leave = (): Promise<void> => {
      const leaving = vault.uuid('routing-left', id);
      return append(leaving, routingEvent(vault, { ...said, id: leaving }, 'routing.item_left', { version }));
    };
    // Its opening says whether the customer can still be read.
    const opening = await store.readStream(conversationStream(conversationId), 0, 1);
    if (await isErased(ports, opening)) return leave();
    const before = returning ? await lastAgentOf(directory.readModels, customerId, conversationId) : undefined;
    const told = { version, ...item, ...(before !== undefined && { previousAgent: before }) };
    await append(id, routingEvent(vault, said, 'routing.item_changed', told));
    // Another process may have erased them while their key was in our cache, and routing have heard of that before this.
    vault.forget(customerId);
    if (await isErased(ports, opening)) await leave();
  };

export interface Said {
  readonly conversationId: string;
  readonly customerId: string;
  readonly at: EpochMs;
  /** Of the command. */
  readonly id: string;
  readonly causationId: string;
  readonly correlationId: string;
}

/** Of the event that tells what became of a command, whatever that is. */
export const outcomeId = (vault: Pseudonyms, commandId: string): string => vault.uuid('routing', commandId);

/** The one event of routing that a command leads to. Its cause is the command's, so that a replay finds what decided it. */
export const routingEvent = <Type extends keyof RoutingData>(
  vault: Pseudonyms,
  { customerId, at, id, causationId, correlationId }: Said,
  type: Type,
  data: RoutingData[Type],
): NewEvent => ({
  ...{ id: outcomeId(vault, id), type, schemaVersion: 1, key: customerId, occurredAt: at, data },
  meta: { source: '/safar', correlationId, causationId },
});

/** @throws CommandRefusedError: somebody has closed the stream */
export function settled({ status }: AppendOutcome): void {
  // Of a command that was done before and would be decided otherwise now, the first outcome stays.
  if (status !== 'appended' && status !== 'repeated' && status !== 'id-reused') throw new CommandRefusedError(status);
}
