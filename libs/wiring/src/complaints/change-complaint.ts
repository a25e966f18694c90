import { randomUUID } from 'node:crypto';
import { complaint, type ComplaintCommand, type ComplaintStep, erasureOf, findRootCauses } from '#capabilities';
import { type ComplaintCommandView, type OpenComplaintDto } from '#contracts';
import { canonicalJson, fail, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { known } from '../conversations/change-conversation.js';
import { type ConversationPorts } from '../conversations/change-conversation.js';
import { isErased, loadConversation } from '../conversations/conversation-log.js';
import { caughtUp, notCaughtUp } from '../customer-directory.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type ComplaintFailure } from '../messages/complaint-failures.js';
import { type CommandAttempt } from '../once.js';
import {
  appendFact,
  type ComplaintAppend,
  eventOfCommand,
  loadComplaint,
  type LoadedComplaint,
  openByTouchpoint,
} from './complaint-log.js';
import { referenceOf } from './reference.js';

export type ComplaintChanged = Result<ComplaintCommandView, ComplaintFailure>;

/** Each time somebody else was faster; after these the sender is asked to come again. */
const TRIES = 5;

/** Takes a complaint; its customer is the conversation's. One that a touchpoint made, and that is open, is not made again unless it is said to be another. */
export async function openComplaint(
  ports: ConversationPorts,
  { id: chosen, conversation: conversationId, another = false, ...said }: OpenComplaintDto,
  request: CommandRequest,
  attempt: CommandAttempt,
): Promise<ComplaintChanged> {
  const { vault } = ports;
  const commandId = attempt.commandId ?? randomUUID();
  const id = chosen ?? vault.uuid('complaint', commandId);
  const of = known(await loadConversation(ports, conversationId));
  if (!of) return fail({ code: 'conversation_not_found' });
  const { customerId, incarnation, channel } = of.state;
  const requestHash = vault.digest('complaint', canonicalJson({ id, conversationId, said }));
  const loaded = await loadComplaint(ports, id);
  const before = answerBefore(ports, loaded, { commandId, requestHash });
  if (before) return before;
  if (await isErased(ports, of)) return erased(ports, customerId);
  const made = another ? undefined : await openByTouchpoint(ports, of.events);
  if (made !== undefined) return fail({ code: 'complaint_refused', reason: 'made-by-touchpoint', complaint: made });
  const data = { customerId, incarnation, conversationId, channel, reference: referenceOf(vault, id), ...said };
  const command: ComplaintCommand = { type: 'Receive', ...asked(ports, request), data };
  const context = { customerId, incarnation, commandId, requestHash, meta: metaOf(request) };
  return (
    (await append(ports, loaded, command, context)) ?? fail({ code: 'complaint_refused', reason: 'already-received' })
  );
}

/** Takes a step of a complaint, at the version that it was decided at; of steps that meet, one is done and the other decides anew. */
export async function changeComplaint(
  ports: ConversationPorts,
  {
    complaintId,
    step,
    request,
  }: { readonly complaintId: string; readonly step: ComplaintStep; readonly request: CommandRequest },
  attempt: CommandAttempt,
): Promise<ComplaintChanged> {
  const { expectedVersions = 'any' } = request;
  const commandId = attempt.commandId ?? randomUUID();
  const requestHash = ports.vault.digest('complaint', canonicalJson({ complaintId, step }));
  for (let tries = 0; tries < TRIES; tries += 1) {
    const loaded = await loadComplaint(ports, complaintId);
    const { state, events } = loaded;
    if (state.stage === 'unknown') return fail({ code: 'complaint_not_found' });
    const before = answerBefore(ports, loaded, { commandId, requestHash });
    if (before) return before;
    if (await isErased(ports, loaded)) return erased(ports, state.customerId);
    const version = String(events.length);
    if (expectedVersions !== 'any' && !expectedVersions.includes(version))
      return fail({ code: 'version_mismatch', version });
    const found = await withRootCauses(ports, step);
    if (!found.ok) return found;
    const { customerId, incarnation } = state;
    const context = { customerId, incarnation, commandId, requestHash, meta: metaOf(request) };
    const changed = await append(ports, loaded, { ...found.value, ...asked(ports, request) }, context);
    if (changed) return changed;
  }
  return fail(notCaughtUp);
}

/** A root cause is one of the list as it is now. */
async function withRootCauses(
  { directory }: ConversationPorts,
  step: ComplaintStep,
): Promise<Result<ComplaintStep, ComplaintFailure>> {
  if (step.type !== 'Investigate' || step.body.rootCause === undefined) return succeed(step);
  const late = await caughtUp(directory, await directory.head(), ['root-causes']);
  if (late) return fail(late);
  const list = await findRootCauses(directory.readModels);
  const cause = list?.causes.find(({ code }) => code === step.body.rootCause);
  if (list === undefined || cause === undefined || cause.retired === true)
    return fail({ code: 'complaint_refused', reason: 'unknown-root-cause' });
  return succeed({ ...step, rootCausesVersion: list.version });
}

/** Nothing where the complaint changed meanwhile: it has to be decided anew. */
async function append(
  ports: ConversationPorts,
  loaded: LoadedComplaint,
  command: ComplaintCommand,
  context: ComplaintAppend,
): Promise<ComplaintChanged | undefined> {
  const decision = complaint.decide(loaded.state, command);
  if (!decision.accepted) return fail({ code: 'complaint_refused', reason: decision.reason });
  const [fact] = decision.events;
  if (fact === undefined) throw new Error('a step of a complaint leads to an event');
  const outcome = await appendFact(ports, loaded, fact, context);
  switch (outcome.status) {
    case 'appended':
    case 'repeated': {
      const version = String(outcome.versions[0] ?? 0);
      return succeed({ id: loaded.id, version, position: outcome.lastPosition.toString() });
    }
    case 'conflict':
      return undefined;
    case 'erased':
      return erased(ports, context.customerId);
    case 'id-reused':
      return fail({ code: 'idempotency_key_reused' });
    case 'closed':
      throw new Error(`the stream of complaint ${loaded.id} is closed`);
  }
}

function answerBefore(
  ports: ConversationPorts,
  loaded: LoadedComplaint,
  command: Pick<ComplaintAppend, 'commandId' | 'requestHash'>,
): ComplaintChanged | undefined {
  const left = eventOfCommand(ports, loaded, command);
  if (left === 'reused') return fail({ code: 'idempotency_key_reused' });
  return left && succeed({ id: loaded.id, version: String(left.version), position: left.position.toString() });
}

async function erased(ports: ConversationPorts, customerId: string): Promise<Result<never, ComplaintFailure>> {
  const { directory, clock } = ports;
  const erasedAt = await erasureOf(directory.readModels, customerId);
  return fail({ code: 'customer_erased', erasedAt: erasedAt ?? clock.now() });
}

const asked = ({ clock }: ConversationPorts, { principal }: CommandRequest) => ({
  at: clock.now(),
  by: actorText(actorOf(principal)),
});

const metaOf = ({ correlationId, trace }: CommandRequest): ComplaintAppend['meta'] => ({
  source: '/safar',
  correlationId,
  ...trace,
});
