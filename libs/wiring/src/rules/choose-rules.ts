import { matchRule, type RuleContext, type RulesCommand } from '#capabilities';
import {
  type ConversationEvent,
  type RuleCauseDto,
  type RuleDto,
  type RulesSaved,
  type RuleTrigger,
  type RuleWait,
} from '#contracts';
import { type EpochMs, type Position, START } from '#kernel';
import { CommandTooEarlyError } from '#platform/reactions';
import { type LoadedConversation } from '../conversations/conversation-log.js';
import { type RenderPorts } from '../replies/render-for.js';
import { byRules, momentOf, openingOf, type RuledMoment } from './ruled-history.js';

const PATIENCE_MS = 5_000;

export interface ChosenRule {
  readonly rule: RuleDto;
  readonly cause: RuleCauseDto;
}

/** A wait that has begun, and how long a rule lets it last. */
export interface BegunWait {
  readonly rule: RuleDto;
  readonly after: NonNullable<RuleDto['after']>;
  readonly since: EpochMs;
}

export interface ChosenRules {
  /** As it was when it happened. */
  readonly moment: RuledMoment;
  readonly context: RuleContext;
  readonly chosen: readonly ChosenRule[];
  readonly begun: readonly BegunWait[];
}

/** The rules that answer something that happened, as the conversation was then: later commands find the same. */
export async function chooseByEvent(
  ports: RenderPorts,
  { events }: LoadedConversation,
  saved: RulesSaved,
  { on, position: digits }: Extract<RulesCommand, { readonly type: 'ApplyRules' }>,
): Promise<ChosenRules | undefined> {
  const position = BigInt(digits);
  const trigger = events.find((event) => event.position === position);
  const opening = openingOf(events);
  const isLater = trigger !== undefined && opening.includes(trigger, 1);
  const told = trigger === undefined ? [] : trigger === opening[0] ? opening : [trigger];
  const moment = momentOf(upTo(events, told.at(-1)?.position ?? position));
  if (moment?.state.stage !== 'active') return undefined;
  const before = momentOf(upTo(events, position - 1n));
  const begun = saved.data.rules.flatMap((rule) => {
    const since = rule.after && moment.waits[rule.after.waiting];
    return rule.after && since !== undefined && since !== before?.waits[rule.after.waiting]
      ? [{ rule, after: rule.after, since }]
      : [];
  });
  // What a rule does wakes no rule: nothing can go round in circles here.
  if (trigger && byRules(trigger)) return { moment, context: { identifiers: [] }, chosen: [], begun };
  const { context, matching } = await matchingFor(ports, saved, { on, digits, moment, told });
  const answered = isLater ? await byOpening(ports, saved, opening) : [];
  return { moment, context, chosen: matching.filter(({ rule }) => !answered.includes(rule.id)), begun };
}

interface Happened {
  readonly on: RuleTrigger;
  /** Position, in decimal digits. */
  readonly digits: string;
  readonly moment: RuledMoment;
  /** What was told in it; nothing where it happened elsewhere. */
  readonly told: readonly ConversationEvent[];
}

async function matchingFor(
  ports: RenderPorts,
  { version, data: { match, rules } }: RulesSaved,
  { on, digits, moment, told }: Happened,
): Promise<{ readonly context: RuleContext; readonly matching: readonly ChosenRule[] }> {
  const answering = rules.filter((rule) => rule.on?.includes(on));
  const context = await contextOf(ports, moment, answering, told);
  const matching = answering.flatMap((rule): ChosenRule[] => {
    const because = matchRule(rule.when ?? {}, moment.state, context);
    const cause = { rule: rule.id, rulesVersion: version, trigger: on, triggerPosition: digits };
    return because ? [{ rule, cause: { ...cause, because } }] : [];
  });
  return { context, matching: match === 'first' ? matching.slice(0, 1) : matching };
}

/** The rules that have answered what opened a conversation, and read the messages with it: they answer none of those once more. */
async function byOpening(
  ports: RenderPorts,
  saved: RulesSaved,
  opening: readonly ConversationEvent[],
): Promise<readonly string[]> {
  const moment = momentOf(opening);
  const [opened] = opening;
  if (moment === undefined || opened === undefined) return [];
  const happened = { on: 'opened', digits: opened.position.toString(), moment, told: opening } as const;
  return (await matchingFor(ports, saved, happened)).matching.map(({ rule }) => rule.id);
}

/** The rule whose wait is over; nothing where it did not last. How long it may last was settled when it began. */
export async function chooseByTime(
  ports: RenderPorts,
  loaded: LoadedConversation,
  { version, data: { rules } }: RulesSaved,
  { rule: id, since, dueAt, asOf }: Extract<RulesCommand, { readonly type: 'ApplyTimeRule' }>,
): Promise<ChosenRules | undefined> {
  const rule = rules.find((each) => each.id === id);
  // A timer comes after what was recorded at its very instant, and before anything later.
  const moment = momentOf(loaded.events.filter(({ recordedAt }) => recordedAt <= asOf));
  if (rule?.after === undefined || moment?.state.stage !== 'active') return undefined;
  if (moment.waits[rule.after.waiting] !== since) return undefined;
  const context = await contextOf(ports, moment, [rule], []);
  const because = matchRule(rule.when ?? {}, moment.state, context);
  if (because === undefined) return { moment, context, chosen: [], begun: [] };
  const cause: RuleCauseDto = {
    ...{ rule: id, rulesVersion: version, trigger: 'time', since: rfc3339(since), dueAt: rfc3339(dueAt) },
    because: [{ condition: 'waiting', value: rule.after.waiting satisfies RuleWait }, ...because],
  };
  return { moment, context, chosen: [{ rule, cause }], begun: [] };
}

const upTo = (events: readonly ConversationEvent[], position: Position) =>
  events.filter((event) => event.position <= position);

export const rfc3339 = (at: EpochMs): string => new Date(at).toISOString();

/** What rules ask for beyond the conversation itself; opened only where one of them does. */
async function contextOf(
  { decode, directory }: RenderPorts,
  { state, events }: RuledMoment,
  rules: readonly RuleDto[],
  told: readonly ConversationEvent[],
): Promise<RuleContext> {
  const asks = (condition: 'text' | 'direction' | 'identifiers') =>
    rules.some(({ when }) => when?.[condition] !== undefined);
  const said = asks('text') || asks('direction') ? await saidIn(decode, told) : {};
  if (!asks('identifiers')) return { ...said, identifiers: [] };
  const position = told.at(-1)?.position ?? events.at(-1)?.position ?? START;
  // Whoever is new is known a moment later.
  if (!(await directory.readModels.waitUntil('customers', position, PATIENCE_MS)))
    throw new CommandTooEarlyError('the customers are behind');
  const sql = `SELECT identifiers FROM {customers} WHERE persona_id = $1`;
  type Known = { readonly identifiers: RuleContext['identifiers'] };
  const [row] = await directory.readModels.query<Known>(sql, [state.customerId]);
  return { ...said, identifiers: row?.identifiers ?? [] };
}

/** All that was said, and what it is about, line by line; in the script of what was said last. */
async function saidIn(
  decode: RenderPorts['decode'],
  told: readonly ConversationEvent[],
): Promise<Pick<RuleContext, 'text' | 'direction'>> {
  const opened = (await decode(told, 'opened')).map(({ data }) => data).filter(isObject);
  const lines = opened.map((data) => ('text' in data ? data.text : 'subject' in data ? data.subject : undefined));
  const text = lines.filter((line) => typeof line === 'string').join('\n');
  const directions = opened.map((data) => ('direction' in data ? data.direction : undefined));
  const direction = directions.findLast((each) => each === 'ltr' || each === 'rtl');
  return { text, direction };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
