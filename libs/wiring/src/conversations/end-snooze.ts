import { type EndSnooze } from '#capabilities';
import { CommandRefusedError, type IssuedCommand } from '#platform/reactions';
import { appendParts, type ConversationLogPorts, loadConversation } from './conversation-log.js';
import { decided } from './plan-change.js';

/** Others change the conversation between reading and appending; after these it is tried again later. */
const TRIES = 5;

/**
 * Ends a snooze at its time. Whoever did something in it before this was stored has ended the snooze, or begun another one: then there
 * is nothing to end.
 */
export const createSnoozeEnder =
  (ports: ConversationLogPorts) =>
  async (issued: IssuedCommand<EndSnooze>): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries += 1) if (await tryEnd(ports, issued)) return;
    throw new Error(`conversation ${issued.key} changed each of ${String(TRIES)} times`);
  };

/** False where the conversation changed meanwhile. */
async function tryEnd(
  ports: ConversationLogPorts,
  { id, key, at, correlationId }: IssuedCommand<EndSnooze>,
): Promise<boolean> {
  const loaded = await loadConversation(ports, key);
  const { state } = loaded;
  const plan = decided(loaded, { type: 'Wake', at });
  if (!plan.ok || state.stage === 'unknown') throw new CommandRefusedError('never-opened');
  if (plan.value.facts.length === 0) return true;
  const outcome = await appendParts(ports, [plan.value], {
    ...{ customerId: state.customerId, incarnation: state.incarnation, commandId: id },
    requestHash: ports.vault.digest('snooze', key),
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
