import { type ConversationFact, toOwed, toOwedElsewhere } from '#contracts';
import { accept, type Decision, refuse } from '#kernel';
import { type KnownConversation, MAX_ABSORBED, MAX_LINKS, owedSince, unansweredAfter } from './conversation.js';
import { type ConversationRefusal, type RelationCommand } from './conversation-commands.js';
import { owesPromise } from './decide-promise.js';
import { moveTo } from './decide-work.js';
import { opensAt, standAgain } from './stand-again.js';

type Decided = Decision<ConversationFact, ConversationRefusal>;
type Of<Type extends RelationCommand['type']> = Extract<RelationCommand, { readonly type: Type }>;

/** What conversations are to one another. Both sides of a merge are decided here, each on its own. */
export function decideRelation(state: KnownConversation, command: RelationCommand): Decided {
  const { at, by } = command;
  switch (command.type) {
    case 'Merge':
      return merge(state, command);
    case 'Absorb':
      return absorb(state, command);
    case 'Unmerge':
      return unmerge(state, command);
    case 'Release':
      return release(state, command);
    case 'SplitOff':
      return splitOff(state, command);
    case 'MarkSpam':
      if (state.stage === 'merged') return refuse('merged');
      if (command.spam === (state.stage === 'spam')) return accept();
      if (command.spam && owesPromise(state)) return refuse('promise-owed');
      if (command.spam) return accept({ type: 'conversation.spam_marked', at, data: { by } });
      return accept({
        ...{ type: 'conversation.spam_cleared', at },
        data: { by, owes: toOwed(owedSince(state.waiting)) },
      });
    case 'Link':
      return link(state, command);
  }
}

function merge(state: KnownConversation, { at, by, into, self, customerId, incarnation }: Of<'Merge'>): Decided {
  if (into === self) return refuse('itself');
  if (state.stage === 'merged') return state.mergedInto === into ? accept() : refuse('merged');
  if (state.stage === 'spam') return refuse('spam');
  // Texts are sealed under the customer's key, and an erasure takes all of them: they never mix with another's.
  // Of a customer who came back after theirs, the older conversations are another's too.
  if (customerId !== state.customerId || incarnation !== state.incarnation) return refuse('other-customer');
  // A chain of merges would be followed at every look at it.
  if (state.absorbed.length > 0) return refuse('has-absorbed');
  if (owesPromise(state)) return refuse('promise-owed');
  return accept({ type: 'conversation.merged', at, data: { by, into } });
}

/** It takes over whose turn it is, and what is owed: otherwise a customer who waits would be in no queue any more. */
function absorb(state: KnownConversation, command: Of<'Absorb'>): Decided {
  const { at, by, from, owed } = command;
  if (state.stage !== 'active') return refuse(state.stage);
  if (state.absorbed.includes(from)) return accept();
  if (state.absorbed.length >= MAX_ABSORBED) return refuse('too-many-links');
  const data = { by, from, ...(owed !== undefined && { owes: toOwedElsewhere(owed) }) };
  return accept({ type: 'conversation.absorbed', at, data }, ...opensBy(state, command));
}

function opensBy({ category, snooze }: KnownConversation, { at, by, ...other }: Of<'Absorb'>): ConversationFact[] {
  const { ours, aside = false, owed } = other;
  // To what is put aside itself we come back anyway.
  const isForgotten = aside && (category === 'resolved' || category === 'waiting_customer');
  if (!ours && owed === undefined && !isForgotten) return [];
  const cause = owed === undefined ? 'agent' : 'customer_message';
  switch (category) {
    case 'open':
      return [];
    case 'resolved':
      return [{ type: 'conversation.reopened', at, data: { by, cause } }];
    case 'snoozed':
      return snooze?.wake === 'stay' ? [] : [{ type: 'conversation.woken', at, data: { by, cause } }];
    case 'waiting_customer':
    case 'waiting_third_party':
      return [{ type: 'conversation.status_changed', at, data: { by, category: 'open', status: 'open', cause } }];
  }
}

/**
 * What was answered where it went on is owed no more, and where that is all it waits for the customer as after any reply. What was measured
 * nowhere meanwhile, because the merge is from before merges took it over, is owed from here on: it would be late at once.
 */
function unmerge(state: KnownConversation, command: Of<'Unmerge'>): Decided {
  if (state.mergedInto === null) return refuse('not-merged');
  const { at, by, answeredUntil = -Infinity, measured } = command;
  const owed = owedSince(unansweredAfter(state.waiting, answeredUntil));
  const isAnswered = state.waiting.length > 0 && owed === null && state.category === 'open';
  const { chosenSince } = state;
  const chosen = isAnswered && chosenSince !== null && chosenSince > answeredUntil ? chosenSince : null;
  const data = {
    ...{ by, into: state.mergedInto, owes: toOwed(owed === null || measured ? owed : at) },
    ...(chosen !== null && { since: new Date(chosen).toISOString() }),
  };
  const unmerged: ConversationFact = { type: 'conversation.unmerged', at, data };
  if (!isAnswered || chosen !== null) return accept(unmerged);
  return accept(unmerged, ...moveTo(state, { at, by, category: 'waiting_customer', cause: 'reply' }));
}

/** What it took over goes back; where nothing else moved it since, it stands as before. */
function release(state: KnownConversation, { at, by, from }: Of<'Release'>): Decided {
  if (!state.absorbed.includes(from)) return accept();
  const owed = owedSince(state.waiting.filter((each) => each.from !== from));
  const { borrowed, stage } = state;
  const isLast = stage === 'active' && borrowed?.from.every((each) => each === from) === true;
  const before = isLast ? borrowed : null;
  const openSince = before && opensAt(before, at);
  const since = openSince === null || owed !== null ? {} : { since: new Date(openSince).toISOString() };
  const data = { by, from, owes: toOwed(owed), ...since };
  const released: ConversationFact = { type: 'conversation.released', at, data };
  return before === null || openSince !== null
    ? accept(released)
    : accept(released, ...standAgain(state, before, { at, by }));
}

function splitOff(state: KnownConversation, { at, by, into, messages }: Of<'SplitOff'>): Decided {
  if (state.stage !== 'active') return refuse(state.stage);
  const chosen = [...new Set(messages)];
  if (!chosen.every((each) => state.messages.includes(each))) return refuse('unknown-message');
  if (chosen.length === state.messages.length) return refuse('nothing-left');
  const stay = state.waiting.filter(({ message }) => message === undefined || !chosen.includes(message));
  const owes = toOwed(owedSince(stay));
  return accept({ type: 'conversation.split_off', at, data: { by, into, messages: chosen, owes } });
}

function link(state: KnownConversation, { at, by, to, self, linked }: Of<'Link'>): Decided {
  if (to === self) return refuse('itself');
  if (linked === state.links.includes(to)) return accept();
  if (linked && state.links.length >= MAX_LINKS) return refuse('too-many-links');
  return accept({ type: linked ? 'conversation.linked' : 'conversation.unlinked', at, data: { by, to } });
}
