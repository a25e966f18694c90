import { conversation, type ConversationCommand, type KnownConversation } from '#capabilities';
import { believedAt, type ConversationEvent, isPerson, type LinkDto } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { type ConversationChange } from '../messages/change-conversation.command.js';
import { type ConversationReason } from '../messages/conversation-failures.js';
import { type Asking, commandOf } from './command-of.js';
import {
  type ConversationLogPorts,
  isErased,
  type LoadedConversation,
  loadConversation,
  type Part,
} from './conversation-log.js';

export interface Planning extends Asking {
  /** Of a conversation that is split off, where nobody chose one. */
  readonly newId: string;
}

/** A macro is planned where macros are. */
export type PlannedChange = Exclude<ConversationChange, { readonly type: 'ApplyMacro' }>;

export type PlanFailure = ConversationReason | 'conversation-not-found';
export type Plan = Result<readonly Part[], PlanFailure>;

/** What a change does, to the conversation first, and to a second one where two are concerned. */
export async function planChange(
  ports: ConversationLogPorts,
  own: LoadedConversation & { readonly state: KnownConversation },
  change: PlannedChange,
  asking: Planning,
): Promise<Plan> {
  const { at, by } = asking;
  switch (change.type) {
    case 'Merge': {
      const target = await loadConversation(ports, change.body.into);
      if (target.state.stage === 'unknown') return fail('conversation-not-found');
      const { customerId, incarnation } = target.state;
      const merge = { type: 'Merge', at, by, self: own.id, into: target.id, customerId, incarnation } as const;
      return together(decided(own, merge), () => decided(target, absorbing(own, asking)));
    }
    case 'Unmerge': {
      const { mergedInto } = own.state;
      if (mergedInto === null) return fail('not-merged');
      const target = await loadConversation(ports, mergedInto);
      return together(decided(own, { type: 'Unmerge', at, by, ...meanwhileIn(target, own) }), () =>
        decided(target, { type: 'Release', at, by, from: own.id }),
      );
    }
    case 'Split': {
      const { messages, subject, id = asking.newId } = change.body;
      const { customerId, incarnation, channel } = own.state;
      const along = takenAlong(own.state, messages);
      return together(decided(own, { type: 'SplitOff', at, by, into: id, messages }), async () =>
        decided(await loadConversation(ports, id), {
          ...{ type: 'OpenConversation', at, by, origin: 'split', customerId, incarnation, channel, subject },
          ...{ messages: [...new Set(messages)], follows: own.id, ...along },
        }),
      );
    }
    case 'Link':
      return planLink(ports, own, change.body, asking);
    case 'Reply':
    case 'Note':
    case 'Take':
    case 'SeeMention':
    case 'Assign':
    case 'Transfer':
    case 'Prioritise':
    case 'Tag':
    case 'ChangeStatus':
    case 'Snooze':
    case 'Spam':
    case 'MakePromise':
    case 'KeepPromise':
    case 'ReschedulePromise':
    case 'WaivePromise': {
      const part = decided(own, commandOf(change, asking));
      return part.ok ? succeed([part.value]) : part;
    }
  }
}

/** Each side does what it lacks: of links from before both knew of them, one side alone does. */
async function planLink(
  ports: ConversationLogPorts,
  own: LoadedConversation,
  { to, linked }: LinkDto,
  { at, by }: Planning,
): Promise<Plan> {
  const link = { type: 'Link', at, by, linked } as const;
  const one = decided(own, { ...link, self: own.id, to });
  if (!one.ok) return one;
  const other = await loadConversation(ports, to);
  // Nobody's any more where its customer was erased. A link from before may lead nowhere, and is taken away all the same.
  if (other.state.stage === 'unknown' || (await isErased(ports, other)))
    return linked ? fail('conversation-not-found') : succeed([one.value]);
  const second = decided(other, { ...link, self: to, to: own.id });
  return second.ok ? succeed([one.value, second.value]) : second;
}

function absorbing(
  { id, state }: LoadedConversation & { readonly state: KnownConversation },
  { at, by }: Planning,
): ConversationCommand {
  const { category, snooze, waiting } = state;
  // Whoever resolved it without an answer said that none was owed.
  const owed = category === 'resolved' ? [] : waiting.map(({ since }) => since);
  const ours = category === 'open' || (snooze !== null && snooze.until <= at);
  const aside = !ours && (category === 'snoozed' || category === 'waiting_third_party');
  return { type: 'Absorb', at, by, from: id, ours, aside, ...(owed.length > 0 && { owed }) };
}

/** What became in the conversation that another goes on in of what was owed in that. */
function meanwhileIn(
  { events }: LoadedConversation,
  { id, state }: LoadedConversation & { readonly state: KnownConversation },
): { readonly answeredUntil?: EpochMs; readonly measured: boolean } {
  const merged = events.findLastIndex(({ type, data }) => type === 'conversation.absorbed' && data.from === id);
  const absorbed = events[merged];
  const answers = events.slice(merged + 1).flatMap(answersUntil);
  return {
    ...(answers.length > 0 && { answeredUntil: Math.max(...answers) }),
    // One that was resolved was told to owe nothing. Merges took over nothing before they said so.
    measured:
      state.category === 'resolved' || (absorbed?.type === 'conversation.absorbed' && absorbed.data.owes !== undefined),
  };
}

/** What a person says here answers all that is there; what is told late, what was said before it. */
function answersUntil(event: ConversationEvent): readonly EpochMs[] {
  if (event.type !== 'conversation.replied' || !isPerson(event.data.by)) return [];
  return [event.data.owes === undefined ? Infinity : believedAt(event)];
}

/** What goes with messages into a conversation of their own: where it waits, how urgently, in which script and since when. */
function takenAlong(
  { team, priority, direction, waiting }: KnownConversation,
  messages: readonly string[],
): Pick<Extract<ConversationCommand, { type: 'OpenConversation' }>, 'team' | 'priority' | 'direction' | 'owes'> {
  const moved = waiting.filter(({ message }) => message !== undefined && messages.includes(message));
  const script = moved.at(-1)?.direction ?? direction;
  return {
    ...(team !== null && { team }),
    ...(priority !== 'normal' && { priority }),
    ...(script !== null && { direction: script }),
    ...(moved.length > 0 && { owes: moved.map(({ since }) => since) }),
  };
}

/** Commands one after the other, each on what the ones before it leave. */
export function decided(
  loaded: LoadedConversation,
  ...commands: readonly ConversationCommand[]
): Result<Part, ConversationReason> {
  let { state } = loaded;
  const facts: Part['facts'][number][] = [];
  for (const command of commands) {
    const decision = conversation.decide(state, command);
    if (!decision.accepted) return fail(decision.reason);
    state = decision.events.reduce(conversation.evolve, state);
    facts.push(...decision.events);
  }
  return succeed({ conversation: loaded, facts });
}

async function together(
  one: Result<Part, ConversationReason>,
  other: () => Promise<Result<Part, ConversationReason>> | Result<Part, ConversationReason>,
): Promise<Plan> {
  if (!one.ok) return one;
  // Nothing to do on its side: it was done before, on both.
  if (one.value.facts.length === 0) return succeed([one.value]);
  const second = await other();
  return second.ok ? succeed([one.value, second.value].filter(({ facts }) => facts.length > 0)) : second;
}
