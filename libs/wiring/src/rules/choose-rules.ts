import { matchRule, type RuleContext, type RulesCommand } from '#capabilities';
import { type ConversationEvent, type RuleCauseDto, type RuleDto, type RulesSaved, type RuleWait } from '#contracts';
import { type EpochMs, type Position, type RecordedEvent, START } from '#kernel';
import { CommandTooEarlyError } from '#platform/reactions';
import { type LoadedConversation } from '../conversations/conversation-log.js';
import { type RenderPorts } from '../replies/render-for.js';
import { byRules, momentOf, type RuledMoment } from './ruled-history.js';

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
  loaded: LoadedConversation,
  { version, data: { match, rules } }: RulesSaved,
  command: Extract<RulesCommand, { readonly type: 'ApplyRules' }>,
): Promise<ChosenRules | undefined> {
  const position = BigInt(command.position);
  const moment = momentOf(upTo(loaded.events, position));
  if (moment?.state.stage !== 'active') return undefined;
  const trigger = moment.events.find((event) => event.position === position);
  const before = momentOf(upTo(loaded.events, position - 1n));
  const begun = rules.flatMap((rule) => {
    const since = rule.after && moment.waits[rule.after.waiting];
    return rule.after && since !== undefined && since !== before?.waits[rule.after.waiting]
      ? [{ rule, after: rule.after, since }]
      : [];
  });
  // What a rule does wakes no rule: nothing can go round in circles here.
  const answering = trigger && byRules(trigger) ? [] : rules.filter(({ on }) => on?.includes(command.on));
  const context = await contextOf(ports, moment, answering, trigger);
  const matching = answering.flatMap((rule): ChosenRule[] => {
    const because = matchRule(rule.when ?? {}, moment.state, context);
    const cause = { rule: rule.id, rulesVersion: version, trigger: command.on, triggerPosition: command.position };
    return because ? [{ rule, cause: { ...cause, because } }] : [];
  });
  return { moment, context, chosen: match === 'first' ? matching.slice(0, 1) : matching, begun };
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
  const context = await contextOf(ports, moment, [rule], undefined);
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
  trigger: RecordedEvent | undefined,
): Promise<RuleContext> {
  const asks = (condition: 'text' | 'direction' | 'identifiers') =>
    rules.some(({ when }) => when?.[condition] !== undefined);
  const said = trigger && (asks('text') || asks('direction')) ? await saidIn(decode, trigger) : {};
  if (!asks('identifiers')) return { ...said, identifiers: [] };
  const position = trigger?.position ?? events.at(-1)?.position ?? START;
  // Whoever is new is known a moment later.
  if (!(await directory.readModels.waitUntil('customers', position, PATIENCE_MS)))
    throw new CommandTooEarlyError('the customers are behind');
  const sql = `SELECT identifiers FROM {customers} WHERE persona_id = $1`;
  type Known = { readonly identifiers: RuleContext['identifiers'] };
  const [row] = await directory.readModels.query<Known>(sql, [state.customerId]);
  return { ...said, identifiers: row?.identifiers ?? [] };
}

async function saidIn(
  decode: RenderPorts['decode'],
  trigger: RecordedEvent,
): Promise<Pick<RuleContext, 'text' | 'direction'>> {
  const [opened] = await decode([trigger], 'opened');
  const data: unknown = opened?.data;
  if (typeof data !== 'object' || data === null) return {};
  const text = 'text' in data ? data.text : 'subject' in data ? data.subject : undefined;
  const direction = 'direction' in data ? data.direction : undefined;
  return {
    text: typeof text === 'string' ? text : undefined,
    direction: direction === 'ltr' || direction === 'rtl' ? direction : undefined,
  };
}
