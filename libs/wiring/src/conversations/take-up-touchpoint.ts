import {
  answererIn,
  conversationOfMessage,
  type OwnConversation,
  ownConversations,
  routeTouchpoint,
} from '#capabilities';
import { type TouchpointEvent, UUID } from '#contracts';
import { fail, type Position, type RecordedEvent, type Result, succeed } from '#kernel';
import { type ReadFromStore } from '#platform/event-store';
import { caughtUp, notCaughtUp } from '../customer-directory.js';
import { incarnationOf } from '../erase-personas.js';
import { besideConversation } from '../complaints/complaint-log.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { answerOf, type Changed, type ConversationPorts, erased, refused } from './change-conversation.js';
import { appendParts, keyOf, type LoadedConversation, loadConversation } from './conversation-log.js';
import { type InTurn } from './in-turn.js';
import { decided } from './plan-change.js';

export interface TakeUpPorts extends ConversationPorts {
  readonly store: ConversationPorts['store'] & Pick<ReadFromStore, 'eventAt' | 'head'>;
  readonly inTurn: InTurn;
}

/** Other messages of the same customer may come in between, by other processes; after these the sender is asked to come again. */
const TRIES = 10;
/** What a conversation says that takes nothing more; what is said goes on in another, and answers in none where there is none. */
const over: readonly string[] = ['too-many-messages', 'too-long', 'merged', 'spam'];
/** What says which conversations a customer has. */
const models: readonly string[] = ['conversations', 'conversation-messages'];

/**
 * Puts a touchpoint into the conversation that it belongs to, by the rule of `routeTouchpoint`. Everything follows from the touchpoint:
 * its conversation's id, the append and the events, so it is taken up once, however often it is asked for.
 */
export async function takeUpTouchpoint(
  ports: TakeUpPorts,
  position: Position,
  request: Pick<CommandRequest, 'correlationId' | 'trace'>,
): Promise<Changed> {
  const found = await touchpointAt(ports, position);
  if (!found.ok) return found;
  // One after the other: all of them would meet, and all but one begin anew, again and again.
  return ports.inTurn(found.value.key, () => takeUp(ports, found.value, request));
}

async function takeUp(
  ports: TakeUpPorts,
  event: TouchpointEvent,
  { correlationId, trace }: Pick<CommandRequest, 'correlationId' | 'trace'>,
): Promise<Changed> {
  const { vault, store, directory } = ports;
  const commandId = vault.uuid('take-up', event.id);
  const avoided = new Set<string>();
  // From the log, as of the touchpoint: whoever takes it up, and however late, it goes by the same rules.
  const returnRules = (await ports.ruleBooks.returnRules.before(event.position))?.data;
  for (let tries = 0; tries < TRIES; tries += 1) {
    // As of the touchpoint, so that what others do meanwhile holds up nobody. What was left by one that was taken up just before it has
    // the same name, and is found by that; where it has become another one since, all that there is has to be known.
    const late = await caughtUp(directory, tries === 0 ? event.position : await store.head(), models);
    if (late) return fail(late);
    const present = await presentIn(ports, event);
    if (present !== undefined) return succeed(answerOf(await loadConversation(ports, present)));
    const key = await keyOf(vault, event.key);
    // What was read before an erasure is not sealed again under a key that was made after it.
    if (key?.incarnation !== incarnationOf(event.stream)) return erased(ports, event.key);
    const own = await ownConversations(directory.readModels, event.key);
    const context = { uuid: vault.uuid, incarnation: key.incarnation, avoided, ...(returnRules && { returnRules }) };
    const routed = routeTouchpoint(event, own, context);
    if (!routed && answererIn(event) === undefined) return refused('no-exchange');
    // It opens nothing, so that nothing has a name to be found by: what it answers may be known to the log alone.
    if (!routed && tries === 0) continue;
    if (!routed) return refused('nothing-to-answer');
    const loaded = await loadConversation(ports, routed.conversationId);
    if (tries === 0 && isOutdated(own, loaded)) continue;
    const plan = decided(loaded, ...routed.commands);
    if (!plan.ok) {
      if (!over.includes(plan.reason) || avoided.has(routed.conversationId)) return refused(plan.reason, loaded);
      avoided.add(routed.conversationId);
      continue;
    }
    if (plan.value.facts.length === 0) return succeed(answerOf(loaded));
    const appended = {
      ...{ customerId: event.key, incarnation: key.incarnation, commandId },
      requestHash: vault.digest('take-up', routed.conversationId),
      meta: { source: event.meta.source, correlationId, ...trace },
    };
    const { conversationId } = routed;
    const complaint = besideConversation(vault, key, { event, conversationId }, appended);
    const outcome = await appendParts(ports, [plan.value], { ...appended, ...complaint });
    switch (outcome.status) {
      case 'appended':
      case 'repeated':
        return succeed({
          conversationId: routed.conversationId,
          version: String(outcome.versions[0] ?? 0),
          position: outcome.lastPosition.toString(),
        });
      case 'erased':
        return erased(ports, event.key);
      case 'closed':
        throw new Error(`the stream of conversation ${routed.conversationId} is closed`);
      case 'conflict':
      // Somebody else took it up elsewhere, a moment ago: the next look finds it there.
      case 'id-reused':
        continue;
    }
  }
  return fail(notCaughtUp);
}

/** Whether what decides where something goes has changed since the read model was fed: what is resolved is gone back to by rules. */
function isOutdated(own: readonly OwnConversation[], { id, state }: LoadedConversation): boolean {
  if (state.stage === 'unknown') return false;
  const known = own.find((each) => each.id === id) ?? { stage: 'active', category: 'open', resolvedAt: null };
  const resolvedAt = known.category === 'resolved' ? known.resolvedAt : null;
  return known.stage !== state.stage || resolvedAt !== (state.category === 'resolved' ? state.resolvedAt : null);
}

/**
 * The conversation that has it. Whoever sends a reply of ours and reports what was sent names the touchpoint by the reply: it was said
 * once.
 */
async function presentIn({ directory }: TakeUpPorts, event: TouchpointEvent): Promise<string | undefined> {
  const { readModels } = directory;
  const present = await conversationOfMessage(readModels, event.key, event.id);
  const { touchpointId } = event.data;
  if (present !== undefined || touchpointId === undefined) return present;
  const isReport = answererIn(event) !== undefined && isUuid.test(touchpointId);
  return isReport ? conversationOfMessage(readModels, event.key, touchpointId) : undefined;
}

const isUuid = new RegExp(UUID, 'u');

/** The touchpoint at a position, opened. */
async function touchpointAt(
  ports: TakeUpPorts,
  position: Position,
): Promise<Result<TouchpointEvent, ConversationFailure>> {
  const stored = await ports.store.eventAt(position);
  if (!stored) return fail({ code: 'unknown_position' });
  if (!isTouchpoint(stored)) return refused('no-exchange');
  const [opened] = await ports.decode([stored], 'opened');
  // Every touchpoint has its sender's id, sealed: where that is gone, so is everything that was said.
  if (!opened || !isTouchpoint(opened) || opened.data.touchpointId === undefined) return erased(ports, stored.key);
  return succeed(opened);
}

const isTouchpoint = (event: RecordedEvent): event is TouchpointEvent => event.type.startsWith('touchpoint.');
