import { randomUUID } from 'node:crypto';
import { changesSince, erasureOf, type KnownConversation, unlisted, versionBeforeAssignment } from '#capabilities';
import { type ConversationChangeView, type ConversationCommandView, type ConversationFact } from '#contracts';
import { canonicalJson, type Clock, fail, type Result, succeed } from '#kernel';
import { actorOf, actorText } from '#platform/access';
import { type StreamAppend } from '#platform/event-store';
import { type PersonaKeyRef } from '#platform/vault';
import { type DirectoryPorts, notCaughtUp } from '../customer-directory.js';
import { type ChangeConversation, type ConversationChange } from '../messages/change-conversation.command.js';
import { type ExpectedVersions } from '../messages/command-request.js';
import { type ConversationFailure } from '../messages/conversation-failures.js';
import { type Named } from '../messages/failures.js';
import { type CommandAttempt } from '../once.js';
import { firstUnknown, type SetUp } from './agents.js';
import {
  type AppendContext,
  appendParts,
  type ConversationLogPorts,
  eventsOfCommand,
  isErased,
  keyOf,
  type LoadedConversation,
  loadConversation,
  type Part,
} from './conversation-log.js';
import { missingIn } from '../rules/resolving.js';
import { planMacro } from '../rules/plan-macro.js';
import { type RuleBooks } from '../rules/rule-books.js';
import { type DecodeEvents } from '../sealing.js';
import { planChange } from './plan-change.js';

export interface ConversationPorts extends ConversationLogPorts, SetUp {
  readonly clock: Clock;
  readonly directory: DirectoryPorts;
  readonly decode: DecodeEvents;
  readonly ruleBooks: RuleBooks;
  /** Makes uploads a customer's own. @returns those that cannot be */
  readonly bindAttachments: (key: PersonaKeyRef, ids: readonly string[]) => Promise<readonly string[]>;
}

export type Changed = Result<ConversationCommandView, ConversationFailure>;
type Known = LoadedConversation & { readonly state: KnownConversation };

/** Each time the conversation had changed under the command; after these the sender is told so. */
const TRIES = 5;

type Command = Pick<ChangeConversation, 'conversationId' | 'change' | 'request'>;

/** Decides on the conversation as it is, and appends at that version: of commands that meet, one is done and the others decide anew. */
export async function changeConversation(
  ports: ConversationPorts,
  command: Command,
  attempt: CommandAttempt,
): Promise<Changed> {
  const { conversationId, change, request } = command;
  const { expectedVersions = 'any' } = request;
  const commandId = attempt.commandId ?? randomUUID();
  const requestHash = ports.vault.digest('conversation', canonicalJson({ id: conversationId, change }));
  const attempted = { commandId, requestHash };
  // A mention is not sealed: it names somebody who is known here, or it could be anything.
  const unknown = await firstUnknown(ports, namedIn(change));
  if (unknown) return fail({ code: 'conversation_refused', ...unknown, version: null, changes: [] });
  let expected: ExpectedVersions = expectedVersions;
  for (let tries = 1; ; tries += 1) {
    const own = known(await loadConversation(ports, conversationId));
    if (!own) return fail({ code: 'conversation_not_found' });
    // An attempt before got as far as the append, and died before it could say so.
    const before = answerBefore(ports, own, attempted);
    if (before) return before;
    if (await isErased(ports, own)) return erased(ports, own.state.customerId);
    const unexpected = mismatch(own, expected);
    if (unexpected) return fail(unexpected);
    const changed = await tryChange(ports, own, command, attempted);
    if (changed) return changed;
    // Whoever met others each time is told of them, as if they had named the version.
    if (tries === TRIES) expected = [String(own.state.version)];
    // The other one of two conversations, which has no version that they could have named.
    if (tries > 2 * TRIES) return fail(notCaughtUp);
  }
}

function namedIn(change: ConversationChange): readonly Named[] {
  const agents = (...names: readonly string[]) => names.map((name) => ({ kind: 'agent', name }) as const);
  if (change.type === 'Transfer')
    return change.body.team === undefined ? [] : [{ kind: 'team', name: change.body.team }];
  if (change.type === 'MakePromise') return change.body.owner === undefined ? [] : agents(change.body.owner);
  if (change.type === 'Assign') return change.body.agent === undefined ? [] : agents(change.body.agent);
  return change.type === 'Note' ? agents(...(change.body.mentions ?? [])) : [];
}

/** What is stored with the conversation's own events. */
interface Planned {
  readonly parts: readonly Part[];
  readonly beside?: readonly StreamAppend[];
}

async function planned(
  ports: ConversationPorts,
  own: Known,
  { change, request }: Command,
  commandId: string,
): Promise<Result<Planned, ConversationFailure>> {
  const { vault, clock } = ports;
  const at = clock.now();
  if (change.type === 'ApplyMacro') {
    const macro = await planMacro(ports, own, change.body, { request, commandId, at });
    return macro.ok ? succeed({ parts: [macro.value.part], beside: macro.value.beside }) : macro;
  }
  if (change.type === 'ChangeStatus') {
    const wrong = unlisted((await ports.ruleBooks.statuses.last())?.data.statuses, change.body);
    if (wrong) return refused(wrong, own, knownVersion(change, own));
  }
  const plan = await planChange(ports, own, change, {
    ...{ at, by: actorText(actorOf(request.principal)) },
    messageId: vault.uuid('conversation-message', commandId),
    promiseId: vault.uuid('conversation-promise', commandId),
    newId: vault.uuid('conversation', commandId),
  });
  if (plan.ok) return succeed({ parts: plan.value });
  if (plan.reason === 'conversation-not-found') return fail({ code: 'conversation_not_found' });
  return refused(plan.reason, own, knownVersion(change, own));
}

/** Nothing where the conversation changed meanwhile: it has to be decided anew. */
async function tryChange(
  ports: ConversationPorts,
  own: Known,
  command: Command,
  attempted: Attempted,
): Promise<Changed | undefined> {
  const { conversationId: id, request } = command;
  const plan = await planned(ports, own, command, attempted.commandId);
  if (!plan.ok) return plan;
  const { beside = [] } = plan.value;
  const parts = plan.value.parts.filter(({ facts }) => facts.length > 0);
  if (parts.length === 0) return succeed(answerOf(own));
  for (const part of parts) {
    const missing = await missingIn(ports, part, parts);
    if (!missing.ok) return missing;
    const version = String(own.state.version);
    if (missing.value.length > 0) return fail({ code: 'resolution_incomplete', version, missing: missing.value });
  }
  const unbound = await bindNamed(ports, own, parts);
  if (unbound) return unbound;
  const outcome = await appendParts(ports, parts, {
    customerId: own.state.customerId,
    incarnation: own.state.incarnation,
    ...{ ...attempted, beside },
    meta: { source: '/safar', correlationId: request.correlationId, ...request.trace },
  });
  switch (outcome.status) {
    case 'appended':
    case 'repeated': {
      // Of a link from before both sides knew of it, the other one alone may be told.
      const mine = outcome.versions[parts.findIndex(({ conversation }) => conversation.id === id)];
      const version = String(mine ?? own.state.version);
      return succeed({ conversationId: id, version, position: outcome.lastPosition.toString(), ...madeBy(parts) });
    }
    case 'conflict':
      return undefined;
    case 'erased':
      return erased(ports, own.state.customerId);
    // Longer ago than answers are kept, or elsewhere: the store remembers what was stored under the key.
    case 'id-reused':
      return fail({ code: 'idempotency_key_reused' });
    case 'closed':
      throw new Error(`the stream of conversation ${id} is closed`);
  }
}

/** What is about to be said names files: they are the customer's own before it is stored, or it is not. */
async function bindNamed(ports: ConversationPorts, own: Known, parts: readonly Part[]): Promise<Changed | undefined> {
  const { customerId, incarnation, version } = own.state;
  const named = parts
    .flatMap(({ facts }) => facts)
    .flatMap(({ data }) => ('attachments' in data ? (data.attachments ?? []) : []));
  if (named.length === 0) return undefined;
  const key = await keyOf(ports.vault, customerId);
  if (key?.incarnation !== incarnation) return erased(ports, customerId);
  const [name] = await ports.bindAttachments(key, named);
  if (name === undefined) return undefined;
  return fail({
    ...{ code: 'conversation_refused', reason: 'unknown-attachment', unknown: { kind: 'attachment', name } },
    ...{ version: String(version), changes: [] },
  });
}

export const known = (loaded: LoadedConversation): Known | undefined => {
  const { state } = loaded;
  return state.stage === 'unknown' ? undefined : { ...loaded, state };
};

/** What came about by a command, for whoever asked for it. */
type Made = Pick<ConversationCommandView, 'opened' | 'promise'>;

function madeBy(parts: readonly Part[]): Made {
  const split = parts.find(({ facts }) => facts.some(({ type }) => type === 'conversation.opened'));
  return { ...(split && { opened: split.conversation.id }), ...promiseIn(parts.flatMap(({ facts }) => facts)) };
}

function promiseIn(facts: readonly Pick<ConversationFact, 'type' | 'data'>[]): Made {
  const made = facts.find((fact) => fact.type === 'conversation.promised');
  return made && 'promiseId' in made.data ? { promise: made.data.promiseId } : {};
}

/** The conversation as its last event left it. */
export function answerOf({ id, events }: LoadedConversation): ConversationCommandView {
  return { conversationId: id, version: String(events.length), position: (events.at(-1)?.position ?? 0n).toString() };
}

/** What tells an attempt of a command from one of another. */
export type Attempted = Pick<AppendContext, 'commandId' | 'requestHash'>;

/** The answer to a command that was done before; the failure where something else was done under its key. */
export function answerBefore(
  ports: Pick<ConversationLogPorts, 'vault'>,
  loaded: LoadedConversation,
  attempted: Attempted,
): Changed | undefined {
  const left = eventsOfCommand(ports, loaded, attempted);
  if (left === 'reused') return fail({ code: 'idempotency_key_reused' });
  const last = left.at(-1);
  if (last === undefined) return undefined;
  const split = left.find((event) => event.type === 'conversation.split_off');
  const opened = split ? { opened: split.data.into } : {};
  const answer = { conversationId: loaded.id, version: String(last.version), position: last.position.toString() };
  return succeed({ ...answer, ...opened, ...promiseIn(left) });
}

function mismatch(
  { events, state }: Known,
  expected: ExpectedVersions,
): Extract<ConversationFailure, { code: 'version_mismatch' }> | undefined {
  const version = String(state.version);
  if (expected === 'any' || expected.includes(version)) return undefined;
  const believed = Math.max(0, ...expected.filter((each) => /^\d{1,9}$/.test(each)).map(Number));
  return { code: 'version_mismatch', version, changes: changesSince(events, believed) };
}

/** The last version that the sender is sure to know of. */
function knownVersion(change: ConversationChange, { state, events }: Known): number {
  if (change.type === 'Reply') return Number(change.body.sinceVersion);
  return change.type === 'Take' ? versionBeforeAssignment(events) : state.version - 1;
}

export function refused(
  reason: Extract<ConversationFailure, { code: 'conversation_refused' }>['reason'],
  loaded?: LoadedConversation,
  since?: number,
): Result<never, ConversationFailure> {
  const version = loaded && loaded.events.length > 0 ? String(loaded.events.length) : null;
  const changes: readonly ConversationChangeView[] =
    loaded && since !== undefined ? changesSince(loaded.events, since) : [];
  return fail({ code: 'conversation_refused', reason, version, changes });
}

export async function erased(
  { directory, clock }: ConversationPorts,
  customerId: string,
): Promise<Result<never, ConversationFailure>> {
  const erasedAt = await erasureOf(directory.readModels, customerId);
  return fail({ code: 'customer_erased', erasedAt: erasedAt ?? clock.now() });
}
