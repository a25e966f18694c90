import { randomUUID } from 'node:crypto';
import { type OpenConversationDto } from '#contracts';
import { canonicalJson, fail, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { findCustomer } from '../customer-directory.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type CommandAttempt } from '../once.js';
import { answerBefore, type Changed, type ConversationPorts, erased, refused } from './change-conversation.js';
import { appendParts, keyOf, loadConversation } from './conversation-log.js';
import { decided } from './plan-change.js';

/** Opens a conversation with a customer who is known; its id is the caller's, or follows from the command's. */
export async function startConversation(
  ports: ConversationPorts,
  { customer, channel, subject, ...body }: OpenConversationDto,
  { principal, correlationId, trace }: CommandRequest,
  attempt: CommandAttempt,
): Promise<Changed> {
  const { vault, directory, clock } = ports;
  const commandId = attempt.commandId ?? randomUUID();
  const customerId = await findCustomer(directory, customer);
  if (!customerId.ok) return customerId;
  const id = body.id ?? vault.uuid('conversation', commandId);
  const loaded = await loadConversation(ports, id);
  const attempted = {
    commandId,
    requestHash: vault.digest('conversation', canonicalJson({ id, customer, channel, subject })),
  };
  const before = answerBefore(ports, loaded, attempted);
  if (before) return before;
  const key = await keyOf(vault, customerId.value);
  if (!key) return erased(ports, customerId.value);
  const plan = decided(loaded, {
    ...{ type: 'OpenConversation', at: clock.now(), origin: 'agent', by: actorText(actorOf(principal)) },
    ...{ customerId: customerId.value, incarnation: key.incarnation, channel, subject },
  });
  if (!plan.ok) return refused(plan.reason, loaded);
  const outcome = await appendParts(ports, [plan.value], {
    customerId: customerId.value,
    incarnation: key.incarnation,
    ...attempted,
    meta: { source: '/safar', correlationId, ...trace },
  });
  switch (outcome.status) {
    case 'appended':
    case 'repeated':
      return succeed({ conversationId: id, version: '1', position: outcome.lastPosition.toString() });
    case 'conflict':
      return refused('already-opened', await loadConversation(ports, id));
    case 'erased':
      return erased(ports, customerId.value);
    case 'closed':
    case 'id-reused':
      return fail({ code: 'idempotency_key_reused' });
  }
}
