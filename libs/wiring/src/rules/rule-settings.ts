import {
  checkMacros,
  checkRequirements,
  checkReturnRules,
  checkRules,
  checkStatuses,
  contradicted,
  type NamedStatus,
  alwaysOpen,
  defaultReturnRules,
  findCannedReply,
  type RefusedAction,
  type RulesRefusal,
  unlisted,
  type UnlistedStatus,
} from '#capabilities';
import {
  type ActionDto,
  type ListedStatusDto,
  type MacrosView,
  type RequirementsView,
  type ReturnRulesView,
  type RulesView,
  type RuleSettingsCommandView,
  type StatusesView,
} from '#contracts';
import { fail, type RecordedEvent, type Result } from '#kernel';
import { caughtUp } from '../customer-directory.js';
import { firstUnknown } from '../conversations/agents.js';
import { type ConversationPorts } from '../conversations/change-conversation.js';
import {
  type RuleSettingsFailure,
  type RuleSettingsSaved,
  type SaveMacros,
  type SaveRequirements,
  type SaveReturnRules,
  type SaveRules,
  type SaveStatuses,
} from '../messages/rule-settings.messages.js';
import { type CommandAttempt } from '../once.js';
import { namedIn } from './plan-actions.js';
import { type ClockBooks } from '../service-clocks/clock-books.js';
import { saveSettings, type SettingsFailure } from './save-settings.js';

/** Saves the whole list of macros. */
export async function saveMacros(
  ports: ConversationPorts,
  { settings: { macros }, request }: Pick<SaveMacros, 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<RuleSettingsSaved> {
  const refusal = checkMacros(macros);
  if (refusal) return fail({ ...refusal, code: 'rule_settings_refused', reason: refusal.code });
  for (const [index, { actions }] of macros.entries()) {
    const unknown = await unknownIn(ports, actions, `macros.${String(index)}.actions`);
    if (!unknown.ok) return unknown;
  }
  const book = ports.ruleBooks.macros;
  return saved(
    await saveSettings(ports, { book, type: 'macros.saved', settings: { macros }, request, attempt }),
    'macros',
  );
}

/** Saves the whole list of what conversations must have before they are resolved. */
export async function saveRequirements(
  ports: ConversationPorts,
  { settings: { requirements }, request }: Pick<SaveRequirements, 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<RuleSettingsSaved> {
  const refusal = checkRequirements(requirements);
  if (refusal) return fail({ ...refusal, code: 'rule_settings_refused', reason: refusal.code });
  const book = ports.ruleBooks.requirements;
  const saving = { book, type: 'requirements.saved', settings: { requirements }, request, attempt } as const;
  return saved(await saveSettings(ports, saving), 'requirements');
}

/** Saves the whole list of what messages do that come back. */
export async function saveReturnRules(
  ports: ConversationPorts,
  { settings: { spam, rules }, request }: Pick<SaveReturnRules, 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<RuleSettingsSaved> {
  const refusal = checkReturnRules(rules);
  if (refusal) return fail({ ...refusal, code: 'rule_settings_refused', reason: refusal.code });
  const book = ports.ruleBooks.returnRules;
  const saving = { book, type: 'return_rules.saved', settings: { spam, rules }, request, attempt } as const;
  return saved(await saveSettings(ports, saving), 'rules');
}

/** Saves the whole list of statuses. */
export async function saveStatuses(
  ports: ConversationPorts,
  { settings: { statuses }, request }: Pick<SaveStatuses, 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<RuleSettingsSaved> {
  const refusal = checkStatuses(statuses);
  if (refusal) return fail({ ...refusal, code: 'rule_settings_refused', reason: refusal.code });
  const named = await namedWithout(ports.ruleBooks, statuses);
  if (named.length > 0)
    return fail({ code: 'rule_settings_refused', reason: 'named-by-actions', field: 'statuses', named });
  const book = ports.ruleBooks.statuses;
  const saving = { book, type: 'statuses.saved', settings: { statuses }, request, attempt } as const;
  return saved(await saveSettings(ports, saving), 'statuses');
}

/** As many as somebody reads before they look for themselves. */
const MOST_NAMED = 20;

/** Macros and rules, as they are, that give conversations a status which a list does not have like this. */
async function namedWithout(
  { macros, rules }: ConversationPorts['ruleBooks'],
  statuses: readonly ListedStatusDto[],
): Promise<readonly NamedStatus[]> {
  const naming = [
    ...((await macros.last())?.data.macros ?? []).map(({ id, actions }) => ({ kind: 'macro' as const, id, actions })),
    ...((await rules.last())?.data.rules ?? []).map(({ id, actions }) => ({ kind: 'rule' as const, id, actions })),
  ];
  return contradicted(statuses, naming).slice(0, MOST_NAMED);
}

/** Saves the whole list of rules. */
export async function saveRules(
  ports: ConversationPorts & { readonly calendars: Pick<ClockBooks, 'calendar'> },
  { settings, request }: Pick<SaveRules, 'settings' | 'request'>,
  attempt: CommandAttempt,
): Promise<RuleSettingsSaved> {
  const { match, rules } = settings;
  const refused = (reason: RulesRefusal['code'], field: string) =>
    fail({ code: 'rule_settings_refused' as const, reason, field });
  const refusal = checkRules(rules);
  if (refusal) return refused(refusal.code, refusal.field);
  for (const [index, { after, actions }] of rules.entries()) {
    const field = `rules.${String(index)}`;
    const { calendarId = alwaysOpen.id } = after ?? {};
    if (calendarId !== alwaysOpen.id && (await ports.calendars.calendar(calendarId)).length === 0)
      return refused('unknown-calendar', `${field}.after.calendarId`);
    const unknown = await unknownIn(ports, actions, `${field}.actions`);
    if (!unknown.ok) return unknown;
  }
  const saving = {
    book: ports.ruleBooks.rules,
    type: 'rules.saved',
    settings: { match, rules },
    request,
    attempt,
  } as const;
  return saved(await saveSettings(ports, saving), 'rules');
}

/** Whether everything that actions name is there. */
export async function unknownIn(
  ports: ConversationPorts,
  actions: readonly ActionDto[],
  field: string,
): Promise<Result<undefined, RuleSettingsFailure>> {
  const { directory, ruleBooks } = ports;
  const statuses = (await ruleBooks.statuses.last())?.data.statuses;
  for (const [index, action] of actions.entries()) {
    const { reply, status } = action;
    const at = `${field}.${String(index)}`;
    const refused = (reason: RefusedAction['code'] | UnlistedStatus) =>
      fail({ code: 'rule_settings_refused' as const, reason, field: at });
    const unknown = await firstUnknown(ports, namedIn(action));
    if (unknown) return fail({ code: 'rule_settings_refused', ...unknown, field: at });
    const wrong = status && unlisted(statuses, status);
    if (wrong) return refused(wrong);
    if (!reply) continue;
    const late = await caughtUp(directory, await directory.head(), ['canned-replies']);
    if (late) return fail(late);
    const found = await findCannedReply(directory.readModels, reply.cannedReply);
    if (!found || found.removed) return refused('unknown-canned-reply');
  }
  return { ok: true, value: undefined };
}

export function saved(result: Result<RuleSettingsCommandView, SettingsFailure>, field: string): RuleSettingsSaved {
  if (result.ok) return result;
  if (result.reason.code !== 'too_many_versions') return fail(result.reason);
  return fail({ code: 'rule_settings_refused', reason: 'too-many-versions', field });
}

export async function showMacros({ ruleBooks }: Pick<ConversationPorts, 'ruleBooks'>): Promise<MacrosView> {
  const last = await ruleBooks.macros.last();
  return { ...versionOf(last), macros: last?.data.macros ?? [] };
}

/** The version of settings, and who saved it when. */
export const versionOf = (last: RecordedEvent<string, { readonly by: string }> | undefined) => ({
  version: String(last?.version ?? 0),
  savedAt: last === undefined ? null : new Date(last.occurredAt).toISOString(),
  by: last?.data.by ?? null,
});

export async function showRequirements({ ruleBooks }: Pick<ConversationPorts, 'ruleBooks'>): Promise<RequirementsView> {
  const last = await ruleBooks.requirements.last();
  return { ...versionOf(last), requirements: last?.data.requirements ?? [] };
}

export async function showReturnRules({ ruleBooks }: Pick<ConversationPorts, 'ruleBooks'>): Promise<ReturnRulesView> {
  const last = await ruleBooks.returnRules.last();
  const { spam, rules } = last?.data ?? defaultReturnRules;
  return { ...versionOf(last), spam, rules };
}

export async function showStatuses({ ruleBooks }: Pick<ConversationPorts, 'ruleBooks'>): Promise<StatusesView> {
  const last = await ruleBooks.statuses.last();
  return { ...versionOf(last), statuses: last?.data.statuses ?? [] };
}

export async function showRules({ ruleBooks }: Pick<ConversationPorts, 'ruleBooks'>): Promise<RulesView> {
  const last = await ruleBooks.rules.last();
  return { ...versionOf(last), match: last?.data.match ?? 'all', rules: last?.data.rules ?? [] };
}
