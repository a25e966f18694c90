import { type BreakPromises, type EndSnooze } from '#capabilities';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { appendParts, type ConversationLogPorts, loadConversation } from './conversation-log.js';
import { decided } from './plan-change.js';

/** Others change the conversation between reading and appending; after these it is tried again later. */
const TRIES = 5;

/**
 * Tells a conversation that a time has come: a snooze ends, or a promise is broken, each at its own time. Whoever did something in it
 * before this was stored has told it already, or moved that time: then there is nothing to tell.
 */
export const createPassingTeller =
  (ports: ConversationLogPorts) =>
  async (issued: IssuedCommand<EndSnooze | BreakPromises>): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries += 1) if (await tryTell(ports, issued)) return;
    throw new Error(`conversation ${issued.key} changed each of ${String(TRIES)} times`);
  };

/** What the conversation is told, and what its append is remembered by. */
const toldBy = {
  EndSnooze: { type: 'Wake', purpose: 'snooze' },
  BreakPromises: { type: 'BreakPromises', purpose: 'promises' },
} as const;

/** False where the conversation changed meanwhile. */
async function tryTell(
  ports: ConversationLogPorts,
  { id, key, at, correlationId, command }: IssuedCommand<EndSnooze | BreakPromises>,
): Promise<boolean> {
  const { type, purpose } = toldBy[command.type];
  const loaded = await loadConversation(ports, key);
  const { state } = loaded;
  const plan = decided(loaded, { type, at });
  if (!plan.ok || state.stage === 'unknown') throw new CommandRefusedError('never-opened');
  if (plan.value.facts.length === 0) return true;
  const outcome = await appendParts(ports, [plan.value], {
    ...{ customerId: state.customerId, incarnation: state.incarnation, commandId: id },
    requestHash: ports.vault.digest(purpose, key),
    meta: { source: '/safar', correlationId },
  });
  switch (outcome.status) {
    case 'conflict':
      return false;
    case 'closed':
      throw new CommandRefusedError(outcome.status);
    case 'appended':
    case 'repeated':
    // Nobody waits for whoever was erased.
    case 'erased':
    case 'id-reused':
      return true;
  }
}
