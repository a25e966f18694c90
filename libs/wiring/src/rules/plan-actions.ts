import { actionTypeOf, conversation, type ConversationCommand, findCannedReply, unlisted } from '#capabilities';
import { type ActionDto, type ActionType, type ConversationFact, directionOf, isBlank } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type Pseudonyms } from '#platform/vault';
import { firstUnknown, type SetUp } from '../conversations/agents.js';
import { type LoadedConversation } from '../conversations/conversation-log.js';
import { caughtUp, type DirectoryPorts } from '../customer-directory.js';
import { type ActionReason } from '../messages/conversation-failures.js';
import { type Named, type QueryFailure } from '../messages/failures.js';
import { type RuleBooks } from './rule-books.js';
import { renderFor, type RenderPorts } from '../replies/render-for.js';

export interface ActionPorts extends RenderPorts, SetUp {
  readonly vault: Pseudonyms;
  readonly ruleBooks: Pick<RuleBooks, 'statuses'>;
}

export interface Acting {
  readonly at: EpochMs;
  readonly by: string;
  /** Of the command: names what is said. */
  readonly commandId: string;
  /** The version that whoever replies has read. */
  readonly since: number;
  /** Whether who acts may give it to others and take it from them. */
  readonly mayAssign: boolean;
}

export interface ActionsPlanned {
  readonly facts: readonly ConversationFact[];
  readonly done: readonly { readonly action: ActionType; readonly changed: boolean }[];
}

/** What stopped it, and at which action: 0 for the first. */
export interface ActionsStopped {
  readonly reason: ActionReason;
  readonly action: number;
  /** Whom or what the action names that nobody has set up. */
  readonly unknown?: Named;
}

/**
 * What actions do to a conversation, each on what those before it leave; nothing where one of them cannot be done: a reply cannot be taken
 * back because the tag behind it was refused.
 * @param before what was planned in the same append already
 */
export async function planActions(
  ports: ActionPorts,
  loaded: LoadedConversation,
  { actions, before = [] }: { readonly actions: readonly ActionDto[]; readonly before?: readonly ConversationFact[] },
  acting: Acting,
): Promise<Result<ActionsPlanned, ActionsStopped>> {
  let state = before.reduce(conversation.evolve, loaded.state);
  const facts: ConversationFact[] = [];
  const done: ActionsPlanned['done'][number][] = [];
  for (const [index, action] of actions.entries()) {
    const command = await commandFor(ports, { ...loaded, state }, action, { ...acting, index });
    if (!command.ok) return fail({ ...command.reason, action: index });
    const decision = conversation.decide(state, command.value);
    if (!decision.accepted) return fail({ reason: decision.reason, action: index });
    state = decision.events.reduce(conversation.evolve, state);
    facts.push(...decision.events);
    const type = actionTypeOf(action);
    if (type) done.push({ action: type, changed: decision.events.length > 0 });
  }
  return succeed({ facts, done });
}

/** What is said to a customer is the canned reply as it was saved last: actions that say any wait for those. */
export async function cannedRepliesLate(
  directory: DirectoryPorts,
  actions: readonly ActionDto[],
): Promise<QueryFailure | undefined> {
  if (!actions.some(({ reply }) => reply !== undefined)) return undefined;
  return caughtUp(directory, await directory.head(), ['canned-replies']);
}

type Commanded = Result<ConversationCommand, Omit<ActionsStopped, 'action'>>;
const stopped = (reason: ActionReason) => fail({ reason });

async function commandFor(
  ports: ActionPorts,
  loaded: LoadedConversation,
  action: ActionDto,
  { at, by, commandId, since, mayAssign, index }: Acting & { readonly index: number },
): Promise<Commanded> {
  const asked = { at, by };
  const { assign, transfer, prioritise, tag, status, snooze, reply, note } = action;
  const messageId = ports.vault.uuid('conversation-message', commandId, String(index));
  if (assign) return assigned(ports, assign.to, { at, by, mayAssign });
  if (transfer) {
    // Of a list that was saved when nobody asked.
    const unknown = await firstUnknown(ports, namedIn(action));
    return unknown ? fail(unknown) : succeed({ type: 'Transfer', ...asked, ...transfer });
  }
  if (prioritise) return succeed({ type: 'Prioritise', ...asked, priority: prioritise.priority });
  if (tag) return succeed({ type: 'Tag', ...asked, ...tag });
  if (status) {
    const wrong = unlisted((await ports.ruleBooks.statuses.last())?.data.statuses, status);
    return wrong ? stopped(wrong) : succeed({ type: 'ChangeStatus', ...asked, ...status });
  }
  if (snooze) {
    const until = at + snooze.minutes * 60_000;
    return succeed({ type: 'Snooze', ...asked, until, wake: snooze.wake ?? 'on_reply' });
  }
  if (reply) {
    const found = await findCannedReply(ports.directory.readModels, reply.cannedReply);
    if (!found || found.removed) return stopped('unknown-canned-reply');
    const { text, missing } = await renderFor(ports, loaded, found.reply.text);
    if (missing.length > 0) return stopped('missing-variable');
    if (isBlank(text)) return stopped('blank-reply');
    const said = { messageId, text, direction: directionOf(text), since };
    return succeed({ type: 'Reply', ...asked, ...said, ...(reply.then && { then: reply.then }) });
  }
  if (note) {
    const { text } = note;
    return succeed({ type: 'AddNote', ...asked, messageId, text, direction: directionOf(text) });
  }
  throw new Error('an action is none that there is');
}

/** Whom and what an action names that has to be set up. */
export function namedIn({ assign, transfer }: ActionDto): readonly Named[] {
  const agents = assign === undefined || assign.to === 'me' || assign.to === 'nobody' ? [] : [assign.to];
  const teams = transfer?.team === undefined ? [] : [transfer.team];
  return [
    ...agents.map((name) => ({ kind: 'agent', name }) as const),
    ...teams.map((name) => ({ kind: 'team', name }) as const),
  ];
}

async function assigned(
  ports: ActionPorts,
  to: string,
  { at, by, mayAssign }: Pick<Acting, 'at' | 'by' | 'mayAssign'>,
): Promise<Commanded> {
  // Whoever may not take it from somebody else takes what nobody has.
  if (to === 'me' && !mayAssign) return succeed({ type: 'Take', at, by });
  if (!mayAssign) return stopped('may-not-assign');
  if (to === 'nobody') return succeed({ type: 'Assign', at, by });
  const agent = to === 'me' ? by : to;
  const unknown = await firstUnknown(ports, [{ kind: 'agent', name: agent }]);
  return unknown ? fail(unknown) : succeed({ type: 'Assign', at, by, agent });
}
