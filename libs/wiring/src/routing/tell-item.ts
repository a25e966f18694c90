import { type TellItem } from '#capabilities';
import { AGENT, conversationIdOf, type RoutingData, routingStream } from '#contracts';
import { canonicalJson, type EpochMs, type NewEvent, type ReadModels } from '#kernel';
import { type AppendOutcome, type EventStore } from '#platform/event-store';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { type Pseudonyms } from '#platform/vault';

export interface TellPorts {
  readonly store: Pick<EventStore, 'append'>;
  readonly vault: Pseudonyms;
  readonly directory: { readonly readModels: ReadModels };
}

/** Stores whose turn it is in a conversation, and who had its customer before: replays find here what was known then. */
export const createItemTeller =
  ({ store, vault, directory }: TellPorts) =>
  async ({ id, key, at, command, causationId, correlationId }: IssuedCommand<TellItem>): Promise<void> => {
    const { customerId, version, item, follows } = command;
    const conversationId = conversationIdOf(key);
    const before = follows === undefined ? undefined : await agentOf(directory.readModels, follows);
    const said = { conversationId, customerId, at, id, causationId, correlationId };
    const event =
      item === null
        ? routingEvent(vault, said, 'routing.item_left', { version })
        : routingEvent(vault, said, 'routing.item_changed', {
            ...{ version, ...item },
            ...(before !== undefined && { previousAgent: before }),
          });
    const outcome = await store.append({
      ...{ appendId: id, requestHash: vault.digest('routing', canonicalJson(command)) },
      streams: [{ stream: routingStream(conversationId), expect: 'any', events: [event] }],
    });
    settled(outcome);
  };

/** Whoever has that conversation now, where they are somebody who can have one. */
async function agentOf(readModels: ReadModels, conversationId: string): Promise<string | undefined> {
  const sql = `SELECT agent FROM {conversations} WHERE conversation_id = $1`;
  const [row] = await readModels.query<{ readonly agent: string | null }>(sql, [conversationId]);
  return row?.agent !== null && row?.agent !== undefined && agent.test(row.agent) ? row.agent : undefined;
}

const agent = new RegExp(AGENT);

export interface Said {
  readonly conversationId: string;
  readonly customerId: string;
  readonly at: EpochMs;
  /** Of the command. */
  readonly id: string;
  readonly causationId: string;
  readonly correlationId: string;
}

/** The one event of routing that a command leads to. Its cause is the command's, so that a replay finds what decided it. */
export const routingEvent = <Type extends keyof RoutingData>(
  vault: Pseudonyms,
  { customerId, at, id, causationId, correlationId }: Said,
  type: Type,
  data: RoutingData[Type],
): NewEvent => ({
  ...{ id: vault.uuid('routing', id), type, schemaVersion: 1, key: customerId, occurredAt: at, data },
  meta: { source: '/safar', correlationId, causationId },
});

/** @throws CommandRefusedError: somebody has closed the stream */
export function settled({ status }: AppendOutcome): void {
  // Of a command that was done before and would be decided otherwise now, the first outcome stays.
  if (status !== 'appended' && status !== 'repeated' && status !== 'id-reused') throw new CommandRefusedError(status);
}
