import { randomUUID } from 'node:crypto';
import { declinedSince, offerToAgent } from '#capabilities';
import {
  conversationStream,
  type DeclineReason,
  type OfferDeclinedView,
  type RoutingData,
  routingStream,
} from '#contracts';
import { canonicalJson, type Clock, fail, type NewEvent, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type ConversationLogPorts, isErased } from '../conversations/conversation-log.js';
import { caughtUp, type DirectoryPorts } from '../customer-directory.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type OfferFailure } from '../messages/routing.commands.js';
import { type CommandAttempt } from '../once.js';

export interface DeclinePorts extends ConversationLogPorts {
  readonly store: Pick<EventStore, 'append' | 'head' | 'readStream'>;
  readonly clock: Clock;
  readonly directory: DirectoryPorts;
}

export interface Declining {
  readonly conversationId: string;
  readonly reason: DeclineReason;
  readonly request: CommandRequest;
}

/**
 * Stores that whoever is asked says no, of the offer that they have by then; routing asks the next at once. Of two who say it at the
 * same time for one agent, one is stored: the event is named by the offer.
 */
export async function declineOffer(
  { store, vault, clock, directory }: DeclinePorts,
  { conversationId, reason, request }: Declining,
  { commandId = randomUUID(), begunBefore }: CommandAttempt,
): Promise<Result<OfferDeclinedView, OfferFailure>> {
  const { readModels } = directory;
  const late = await caughtUp(directory, await store.head(), ['routing-items', 'routing-decisions']);
  if (late) return fail(late);
  const agent = actorText(actorOf(request.principal));
  // An attempt that nobody knows the end of may have got there; what is asked since is another question.
  const done =
    begunBefore === undefined ? undefined : await declinedSince(readModels, { conversationId, agent, at: begunBefore });
  if (done !== undefined) return succeed({ conversationId, position: done.toString() });
  const at = clock.now();
  const offer = await offerToAgent(readModels, { conversationId, agent, at });
  if (!offer || (await isErased({ vault }, await store.readStream(conversationStream(conversationId), 0, 1))))
    return fail({ code: 'offer_not_found' });
  const until = new Date(offer.until).toISOString();
  const data: RoutingData['routing.declined'] = { agent, until, reason };
  const { correlationId, trace } = request;
  const event: NewEvent = {
    ...{ id: vault.uuid('routing-declined', conversationId, agent, until), type: 'routing.declined', schemaVersion: 1 },
    ...{ key: offer.customerId, occurredAt: at, data },
    meta: { source: '/safar', correlationId, causationId: commandId, ...trace },
  };
  const outcome = await store.append({
    ...{ appendId: commandId, requestHash: vault.digest('routing', canonicalJson({ conversationId, ...data })) },
    streams: [{ stream: routingStream(conversationId), expect: 'any', events: [event] }],
  });
  switch (outcome.status) {
    case 'appended':
    case 'repeated':
      return succeed({ conversationId, position: outcome.lastPosition.toString() });
    // Somebody said it for them at the same time, or their customer was erased.
    case 'id-reused':
    case 'conflict':
    case 'closed':
      return fail({ code: 'offer_not_found' });
  }
}
