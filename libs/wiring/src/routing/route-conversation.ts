import { type KnownConversation, type RouteConversation, secondsToAnswer } from '#capabilities';
import { type NotDoneReason, routingStream } from '#contracts';
import { canonicalJson, type Clock, type EpochMs } from '#kernel';
import { CommandRefusedError, isNobodysFault, type IssuedCommand } from '#platform/reactions';
import {
  appendParts,
  type ConversationLogPorts,
  isErased,
  type LoadedConversation,
  loadConversation,
  type Part,
} from '../conversations/conversation-log.js';
import { decided } from '../conversations/plan-change.js';
import { routingEvent, type Said, settled } from './tell-item.js';

export interface RoutePorts extends ConversationLogPorts {
  readonly clock: Clock;
  /** Whether somebody can have conversations, by kind and id. */
  readonly isAgent: (actor: string) => Promise<boolean>;
}

const ROUTING = 'system:routing';
/** Others change the conversation between reading and appending; that often is not chance. */
const TRIES = 5;
type Issued = IssuedCommand<RouteConversation>;

/**
 * Does what routing decided, unless the conversation is otherwise by then: whoever made it so comes first. Either way the log says what
 * became of it. The conversation and the decision with its reasons are one append. All commands wait in one line, and one
 * that is parked keeps those of all other conversations waiting: so where something is wrong with its conversation, it is not done.
 */
export const createRouter =
  (ports: RoutePorts) =>
  async (issued: Issued): Promise<void> => {
    try {
      for (let tries = 0; tries < TRIES; tries += 1) if (await tryRoute(ports, issued)) return;
    } catch (error) {
      if (isNobodysFault(error)) throw error;
    }
    await notDone(ports, issued, 'changed');
  };

/** False where the conversation changed meanwhile. */
async function tryRoute(ports: RoutePorts, issued: Issued): Promise<boolean> {
  const { id, command } = issued;
  const now = ports.clock.now();
  const loaded = await loadConversation(ports, command.conversationId);
  // Done before, by whoever died before they could say so.
  if (loaded.events.some(({ meta }) => meta.causationId === id)) return true;
  const version = loaded.events.length;
  const obstacle = await obstacleOf(ports, loaded, command, now);
  if (obstacle) return notDone(ports, issued, obstacle, version);
  if (command.type === 'Offer') return offer(ports, issued, version);
  const plan = decided(loaded, {
    ...{ type: 'Assign', at: now, by: ROUTING },
    ...(command.type === 'Assign' && { agent: command.agent }),
  });
  // Only one that is too long: it is for people now.
  if (!plan.ok) return notDone(ports, issued, 'gone', version);
  return assign(ports, issued, plan.value);
}

async function assign(ports: RoutePorts, issued: Issued, part: Part): Promise<boolean> {
  const { id, command, correlationId } = issued;
  const { state, events } = part.conversation;
  if (state.stage === 'unknown') throw new CommandRefusedError('unknown');
  const version = events.length + part.facts.length;
  const { agent } = command;
  const reason = command.type === 'Return' && command.reason ? { reason: command.reason } : {};
  const said = saidBy(issued);
  const event =
    command.type === 'Assign'
      ? routingEvent(ports.vault, said, 'routing.assigned', { version, agent, why: command.why })
      : routingEvent(ports.vault, said, 'routing.returned', { version, agent, ...reason });
  const outcome = await appendParts(ports, [part], {
    ...{ customerId: state.customerId, incarnation: state.incarnation, commandId: id },
    requestHash: ports.vault.digest('routing', canonicalJson(command)),
    meta: { source: '/safar', correlationId },
    beside: [{ stream: routingStream(command.conversationId), expect: 'any', events: [event] }],
  });
  switch (outcome.status) {
    case 'appended':
    case 'repeated':
      return true;
    case 'conflict':
      return false;
    case 'erased':
      return notDone(ports, issued, 'customer_erased');
    case 'closed':
    case 'id-reused':
      throw new CommandRefusedError(outcome.status);
  }
}

async function offer(ports: RoutePorts, issued: Issued, version: number): Promise<boolean> {
  const { command } = issued;
  if (command.type !== 'Offer') throw new CommandRefusedError(command.type);
  const { agent, why } = command;
  const seconds = secondsToAnswer(command);
  await append(
    ports,
    issued,
    'offered',
    routingEvent(ports.vault, saidBy(issued), 'routing.offered', { version, agent, seconds, why }),
  );
  return true;
}

const acts = { Assign: 'assign', Offer: 'offer', Return: 'return' } as const;

/** @param version of the conversation that it was found in; 0 where none was found */
async function notDone(ports: RoutePorts, issued: Issued, reason: NotDoneReason, version = 0): Promise<true> {
  const { id: decision, command } = issued;
  const found = { agent: command.agent, act: acts[command.type], reason, decision };
  const data = version > 0 ? { version, ...found } : found;
  await append(ports, issued, reason, routingEvent(ports.vault, saidBy(issued), 'routing.not_done', data));
  return true;
}

async function append(
  { store, vault }: RoutePorts,
  { id, command }: Issued,
  outcome: string,
  event: ReturnType<typeof routingEvent>,
): Promise<void> {
  settled(
    await store.append({
      ...{ appendId: id, requestHash: vault.digest('routing', canonicalJson({ command, outcome })) },
      streams: [{ stream: routingStream(command.conversationId), expect: 'any', events: [event] }],
    }),
  );
}

const saidBy = ({ id, at, causationId, correlationId, command: { conversationId, customerId } }: Issued): Said => ({
  ...{ id, at, causationId, correlationId, conversationId, customerId },
});

/** Why it cannot be done as the conversation is now. */
async function obstacleOf(
  ports: RoutePorts,
  loaded: LoadedConversation,
  command: RouteConversation,
  now: EpochMs,
): Promise<NotDoneReason | undefined> {
  const { state } = loaded;
  if (state.stage !== 'active') return 'gone';
  if (await isErased(ports, loaded)) return 'customer_erased';
  if (!isOurs(state, now)) return 'changed';
  if (command.type === 'Return') return state.agent === command.agent ? undefined : 'changed';
  if (state.agent !== null) return 'taken';
  if (state.team !== command.team) return 'changed';
  return (await ports.isAgent(command.agent)) ? undefined : 'agent_gone';
}

/** A snooze ends at its time, whoever notices. */
const isOurs = ({ category, snooze }: KnownConversation, now: EpochMs): boolean =>
  category === 'open' || (snooze !== null && snooze.until <= now);
