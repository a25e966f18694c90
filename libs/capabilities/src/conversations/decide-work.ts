import { type ChosenCategory, type ConversationFact, distinctTags, MAX_TAGS, tagKey } from '#contracts';
import { accept, type Decision, type EpochMs, refuse } from '#kernel';
import { type KnownConversation } from './conversation.js';
import { brokenBefore, owesPromise } from './decide-promise.js';
import { type ConversationRefusal, type WorkCommand } from './conversation-commands.js';

type Decided = Decision<ConversationFact, ConversationRefusal>;

/** What had happened by itself before `at`, in its order: a snooze ends and a promise is broken at its time, whoever notices. */
export function passedBy(state: KnownConversation, at: EpochMs): readonly ConversationFact[] {
  const { snooze } = state;
  const woken: readonly ConversationFact[] =
    snooze === null || at < snooze.until
      ? []
      : [{ type: 'conversation.woken', at: snooze.until, data: { cause: 'time' } }];
  return [...woken, ...brokenBefore(state, at)].sort((one, other) => one.at - other.at);
}

/** Whose it is, where it waits and how it stands. What is so already is accepted and changes nothing. */
export function decideWork(state: KnownConversation, command: WorkCommand): Decided {
  const { at, by } = command;
  switch (command.type) {
    case 'Take':
      if (state.agent === by) return accept();
      return state.agent === null ? accept(assigned(at, by, by)) : refuse('already-taken');
    case 'SeeMention':
      return state.mentioned.includes(by) ? accept({ type: 'conversation.mention_seen', at, data: { by } }) : accept();
    case 'Assign':
      return (command.agent ?? null) === state.agent ? accept() : accept(assigned(at, by, command.agent));
    case 'Transfer': {
      const { team, keepAgent = false } = command;
      if ((team ?? null) === state.team) return accept();
      const transferred: ConversationFact = {
        type: 'conversation.transferred',
        at,
        data: { by, ...(team && { team }) },
      };
      // Whoever had it belongs to the team that gave it away, unless they go along.
      return state.agent === null || keepAgent ? accept(transferred) : accept(transferred, assigned(at, by, undefined));
    }
    case 'Prioritise': {
      const { priority } = command;
      if (priority === state.priority) return accept();
      return accept({ type: 'conversation.prioritised', at, data: { by, priority } });
    }
    case 'Tag':
      return tag(state, command);
    case 'ChangeStatus': {
      const { category, status } = command;
      if (category === 'resolved' && owesPromise(state)) return refuse('promise-owed');
      return accept(...moveTo(state, { at, by, category, status: status ?? category, cause: 'agent' }));
    }
    case 'Snooze': {
      const { until, wake } = command;
      if (until <= at) return refuse('in-the-past');
      if (state.category === 'resolved') return refuse('resolved');
      if (state.snooze?.until === until && state.snooze.wake === wake) return accept();
      return accept({ type: 'conversation.snoozed', at, data: { by, until: new Date(until).toISOString(), wake } });
    }
  }
}

const assigned = (at: EpochMs, by: string, agent: string | undefined): ConversationFact => ({
  type: 'conversation.assigned',
  at,
  data: { by, ...(agent !== undefined && { agent }) },
});

function tag(state: KnownConversation, command: Extract<WorkCommand, { type: 'Tag' }>): Decided {
  const { at, by, add = [], remove = [] } = command;
  const keysOf = (tags: readonly string[]): ReadonlySet<string> => new Set(tags.map(tagKey));
  const [has, keep, drop] = [keysOf(state.tags), keysOf(add), keysOf(remove)];
  const added = distinctTags(add)
    .filter((each) => !has.has(tagKey(each)))
    .sort();
  // In all spellings that it has: those of before they were one tag, too.
  const removed = state.tags.filter((each) => drop.has(tagKey(each)) && !keep.has(tagKey(each)));
  if (added.length === 0 && removed.length === 0) return accept();
  if (state.tags.length + added.length - removed.length > MAX_TAGS) return refuse('too-many-tags');
  const data = { by, ...(added.length > 0 && { added }), ...(removed.length > 0 && { removed }) };
  return accept({ type: 'conversation.tagged', at, data });
}

interface Move {
  readonly at: EpochMs;
  readonly by: string;
  readonly category: ChosenCategory;
  /** The category's own name unless told otherwise. */
  readonly status?: string;
  readonly cause: 'agent' | 'reply';
  /** Where it has stood so before, since when. */
  readonly since?: EpochMs;
}

/** From how it stands to how it should: a snooze or a resolution is ended first, each by an event of its own. */
export function moveTo(state: KnownConversation, move: Move): readonly ConversationFact[] {
  const { at, by, category, status = category, cause, since } = move;
  if (state.category === category && state.status === status) return [];
  const ended: ConversationFact[] = [];
  if (state.category === 'snoozed') ended.push({ type: 'conversation.woken', at, data: { by, cause: 'agent' } });
  if (state.category === 'resolved' && category !== 'resolved')
    ended.push({ type: 'conversation.reopened', at, data: { by, cause: 'agent' } });
  const data = { by, category, status, cause, ...(since !== undefined && { since: new Date(since).toISOString() }) };
  // Both leave it open, under the plain name.
  if (ended.length > 0 && category === 'open' && status === 'open') return ended;
  return [...ended, { type: 'conversation.status_changed', at, data }];
}
