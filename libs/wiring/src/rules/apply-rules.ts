import { automaticReplies, due, type KnownConversation, matchRule, type RulesCommand } from '#capabilities';
import {
  type ConversationFact,
  type RuleDto,
  RULES_ACTOR,
  type RuleDecisionData,
  type RulesSaved,
  rulesStream,
} from '#contracts';
import { canonicalJson, type Clock, type EpochMs, type NewEvent } from '#kernel';
import { type EventStore } from '#platform/event-store';
import { CommandRefusedError, CommandTooEarlyError, type IssuedCommand } from '#platform/reactions';
import {
  appendParts,
  type ConversationLogPorts,
  isErased,
  type LoadedConversation,
  loadConversation,
} from '../conversations/conversation-log.js';
import { type ClockBooks } from '../service-clocks/clock-books.js';
import {
  type BegunWait,
  chooseByEvent,
  chooseByTime,
  type ChosenRule,
  type ChosenRules,
  rfc3339,
} from './choose-rules.js';
import { type ActionPorts, type ActionsPlanned, cannedRepliesLate, planActions } from './plan-actions.js';
import { missingIn, type ResolvingPorts } from './resolving.js';
import { type RuleBooks } from './rule-books.js';
import { momentOf, unattended } from './ruled-history.js';

export interface RulePorts extends ConversationLogPorts, Omit<ActionPorts, 'vault' | 'directory'>, ResolvingPorts {
  readonly store: Pick<EventStore, 'append' | 'readStream'>;
  readonly clock: Clock;
  readonly ruleBooks: Pick<RuleBooks, 'rules' | 'requirements' | 'statuses'>;
  readonly calendars: Pick<ClockBooks, 'calendarAsOf'>;
}

type Issued = IssuedCommand<RulesCommand>;

/** Others change the conversation between reading and appending; after these the command is tried again later. */
const TRIES = 5;
/** Whatever goes round in circles through time, routing or a customer's machine ends here, until a person has looked. */
export const MAX_UNATTENDED = 20;
/** A machine whose mails each open a conversation is not seen in any one of them: as many replies to its owner within this time. */
const UNATTENDED_MS = 7 * 86_400_000;

/**
 * Has rules do what they say, and stores what each did and why, in one append: the conversation's events, the decisions, and until when
 * a wait that has begun may last. The id of the command is that of the append, so it is done once.
 */
export const createRuleExecutor =
  (ports: RulePorts) =>
  async (issued: Issued): Promise<void> => {
    for (let tries = 0; tries < TRIES; tries += 1) if (await tryApply(ports, issued)) return;
    throw new Error(`conversation ${issued.key} changed each time`);
  };

/** False where the conversation changed meanwhile. */
async function tryApply(ports: RulePorts, issued: Issued): Promise<boolean> {
  const { id, key, command } = issued;
  const saved = await rulesFor(ports, command);
  if (saved === undefined || !concerned(saved, command)) return true;
  const loaded = await loadConversation(ports, key);
  // Done before, by whoever died before they could say so.
  if (loaded.events.some(({ meta }) => meta.causationId === id)) return true;
  if (loaded.state.stage !== 'active' || (await isErased(ports, loaded))) return true;
  const chosen =
    command.type === 'ApplyRules'
      ? await chooseByEvent(ports, loaded, saved, command)
      : await chooseByTime(ports, loaded, saved, command);
  if (chosen === undefined) return true;
  const planned = await plan(ports, loaded, issued, chosen);
  const waits = await scheduled(ports, saved, issued, chosen.begun);
  const said = [...planned.said, ...waits];
  return said.length === 0 || append(ports, loaded, issued, { facts: planned.facts, said });
}

const rulesFor = ({ ruleBooks }: RulePorts, command: RulesCommand): Promise<RulesSaved | undefined> =>
  command.type === 'ApplyRules' && command.asOf === undefined
    ? ruleBooks.rules.before(BigInt(command.position))
    : ruleBooks.rules.at(command.asOf ?? 0);

/** Whether anything could come of it: most events wake no rule, and their conversation need not be read. */
const concerned = ({ data: { rules } }: RulesSaved, command: RulesCommand): boolean =>
  rules.some(({ on, after }) =>
    command.type === 'ApplyRules' ? after !== undefined || on?.includes(command.on) === true : after !== undefined,
  );

type Said = {
  readonly [T in keyof RuleDecisionData]: {
    readonly type: T;
    readonly rule: string;
    readonly data: RuleDecisionData[T];
  };
}[keyof RuleDecisionData];

interface Planned {
  readonly facts: readonly ConversationFact[];
  readonly said: readonly Said[];
}

/** What each chosen rule does to the conversation as it is now; a rule that cannot be done is told, and does not stop those behind it. */
async function plan(
  ports: RulePorts,
  loaded: LoadedConversation,
  issued: Issued,
  { moment, context, chosen }: ChosenRules,
): Promise<Planned> {
  const facts: ConversationFact[] = [];
  const said: Said[] = [];
  for (const { rule, cause } of chosen) {
    const done = await planRule(
      ports,
      { loaded, issued, before: facts, since: moment.events.length },
      { rule, cause },
      context,
    );
    if ('reason' in done) {
      const { reason, action } = done;
      const data = { cause, reason, ...(action !== undefined && { action }) };
      said.push({ type: 'rule.not_applied', rule: rule.id, data });
      continue;
    }
    facts.push(...done.facts);
    const version = loaded.events.length + facts.length;
    said.push({ type: 'rule.applied', rule: rule.id, data: { cause, version, actions: [...done.done] } });
  }
  return { facts, said };
}

interface Applying {
  readonly loaded: LoadedConversation;
  readonly issued: Issued;
  readonly before: readonly ConversationFact[];
  /** The version that it was at when it happened: what it says is stopped where somebody spoke since. */
  readonly since: number;
}

async function planRule(
  ports: RulePorts,
  { loaded, issued, before, since }: Applying,
  { rule, cause }: ChosenRule,
  context: ChosenRules['context'],
): Promise<ActionsPlanned | { readonly reason: string; readonly action?: number }> {
  // It was otherwise by then, and whoever made it so comes first.
  const now = momentOf(loaded.events);
  const waiting = rule.after && now?.waits[rule.after.waiting];
  if (!now || !matchRule(rule.when ?? {}, now.state, context)) return { reason: 'changed' };
  if (rule.after && (waiting === undefined || rfc3339(waiting) !== cause.since)) return { reason: 'changed' };
  if (unattended(loaded) >= MAX_UNATTENDED || (await answersMachine(ports, now.state, rule)))
    return { reason: 'unattended' };
  if (await cannedRepliesLate(ports.directory, rule.actions))
    throw new CommandTooEarlyError('canned replies are behind');
  const commandId = ports.vault.uuid('rule', issued.id, rule.id);
  const acting = { at: ports.clock.now(), by: RULES_ACTOR, commandId, since, mayAssign: true };
  const planned = await planActions(ports, loaded, { actions: rule.actions, before }, acting);
  if (!planned.ok) return planned.reason;
  const part = { conversation: loaded, facts: [...before, ...planned.value.facts] };
  const missing = await missingIn(ports, part, [part]);
  if (!missing.ok) throw new CommandTooEarlyError('complaints are behind');
  return missing.value.length > 0 ? { reason: 'resolution-incomplete' } : planned.value;
}

/**
 * Whether it would reply to somebody who was replied to again and again without a person. Who opens one conversation by a reply in another
 * is in the read models by then: whatever is taken up waits for those.
 */
async function answersMachine(
  { directory, clock }: RulePorts,
  { customerId }: KnownConversation,
  { actions }: RuleDto,
): Promise<boolean> {
  if (!actions.some(({ reply }) => reply !== undefined)) return false;
  return (await automaticReplies(directory.readModels, customerId, clock.now() - UNATTENDED_MS)) >= MAX_UNATTENDED;
}

/** Until when waits that have begun may last, each by its rule's calendar. */
async function scheduled(
  { calendars }: RulePorts,
  saved: RulesSaved,
  { command }: Issued,
  begun: readonly BegunWait[],
): Promise<readonly Said[]> {
  if (command.type !== 'ApplyRules') return [];
  const said: Said[] = [];
  for (const { rule, after, since } of begun) {
    const dueAt = await dueOf(calendars, after, since, BigInt(command.position));
    // A calendar that does not open long enough in ten years.
    if (dueAt === undefined) continue;
    const data = { rule: rule.id, rulesVersion: saved.version, waiting: after.waiting };
    said.push({
      ...{ type: 'rule.scheduled', rule: rule.id },
      data: { ...data, since: rfc3339(since), dueAt: rfc3339(dueAt) },
    });
  }
  return said;
}

async function dueOf(
  calendars: RulePorts['calendars'],
  { minutes, calendarId }: BegunWait['after'],
  since: EpochMs,
  asOf: bigint,
): Promise<EpochMs | undefined> {
  if (calendarId === undefined) return since + minutes * 60_000;
  return due(await calendars.calendarAsOf(calendarId, asOf), since, minutes * 60);
}

async function append(
  { store, vault }: RulePorts,
  loaded: LoadedConversation,
  { id, at, command, causationId, correlationId }: Issued,
  { facts, said }: Planned,
): Promise<boolean> {
  const { state } = loaded;
  if (state.stage === 'unknown') throw new CommandRefusedError('unknown');
  const meta = { source: '/safar', correlationId };
  const events = said.map(({ type, rule, data }): NewEvent => ({
    ...{ id: vault.uuid('rule-decision', id, type, rule), type, schemaVersion: 1, key: state.customerId },
    ...{ occurredAt: at, data, meta: { ...meta, causationId } },
  }));
  const beside = [{ stream: rulesStream(loaded.id), expect: 'any' as const, events }];
  const requestHash = vault.digest('rules', canonicalJson(command));
  const outcome =
    facts.length === 0
      ? await store.append({ appendId: vault.uuid('conversation-append', id), requestHash, streams: beside })
      : await appendParts({ store, vault }, [{ conversation: loaded, facts }], {
          ...{ customerId: state.customerId, incarnation: state.incarnation, commandId: id, requestHash, meta, beside },
        });
  switch (outcome.status) {
    case 'conflict':
      return false;
    case 'closed':
      throw new CommandRefusedError(outcome.status);
    case 'appended':
    case 'repeated':
    case 'erased':
    // By another process, which found something else: the first outcome stays.
    case 'id-reused':
      return true;
  }
}
