import { randomUUID } from 'node:crypto';
import { alwaysOpen, defaultPolicies, refusalOfPolicies, saveVersion } from '#capabilities';
import {
  type BusinessCalendarView,
  type CalendarSettingsDto,
  calendarStream,
  calendarVersionOf,
  type ClockSettingsCommandView,
  policiesStream,
  type ServicePoliciesDto,
  type ServicePoliciesView,
} from '#contracts';
import { canonicalJson, type Clock, type EpochMs, fail, type RecordedEvent, type Result, succeed } from '#kernel';
import { type Actor, actorOf, actorText } from '#platform/access';
import { type EventStore } from '#platform/event-store';
import { type Pseudonyms } from '#platform/vault';
import { firstUnknown, type SetUp } from '../conversations/agents.js';
import {
  type ClockSettingsFailure,
  type ClockSettingsSaved,
  type SaveCalendar,
  type SavePolicies,
} from '../messages/clock-settings.messages.js';
import { type CommandRequest } from '../messages/command-request.js';
import { type Named } from '../messages/failures.js';
import { type CommandAttempt } from '../once.js';
import { type ClockBooks, MAX_POLICY_VERSIONS, versionOf } from './clock-books.js';

export interface ClockSettingsPorts {
  readonly store: Pick<EventStore, 'append'>;
  readonly vault: Pseudonyms;
  readonly clock: Clock;
  readonly books: ClockBooks;
}

type Failure<Code extends ClockSettingsFailure['code']> = Extract<ClockSettingsFailure, { readonly code: Code }>;

/** Of policies, the version that Safar came with. */
const BUILT_IN = 1;

/** Each time somebody else was faster; after these the sender is told so. */
const TRIES = 5;

/** On whose behalf, and at which version. */
export interface SavingBy extends Pick<CommandRequest, 'correlationId' | 'trace' | 'expectedVersions'> {
  readonly actor: Actor;
}

export const savingBy = ({ principal, ...request }: CommandRequest): SavingBy => ({
  ...request,
  actor: actorOf(principal),
});

export const savePolicies = (
  ports: ClockSettingsPorts & SetUp,
  { settings, request }: SavePolicies,
  attempt: CommandAttempt,
) => again(() => tryPolicies(ports, settings, { request: savingBy(request), attempt }));

export const saveCalendar = (
  ports: ClockSettingsPorts,
  asked: Pick<SaveCalendar, 'calendarId' | 'calendar'> & { readonly request: SavingBy },
  attempt: CommandAttempt,
) => again(() => tryCalendar(ports, asked, { request: asked.request, attempt }));

type Tried = ClockSettingsSaved | { readonly overtakenBy: string };

async function again(attempt: () => Promise<Tried>): Promise<ClockSettingsSaved> {
  for (let tries = 1; ; tries += 1) {
    const tried = await attempt();
    if ('ok' in tried) return tried;
    if (tries === TRIES) return fail({ code: 'version_mismatch', version: tried.overtakenBy });
  }
}

async function tryPolicies(
  ports: ClockSettingsPorts & SetUp,
  settings: ServicePoliciesDto,
  asked: Asked,
): Promise<Tried> {
  const present = await ports.books.policies();
  const calendars = new Map<string, boolean>([[alwaysOpen.id, true]]);
  for (const { calendarId } of settings.policies)
    if (!calendars.has(calendarId)) calendars.set(calendarId, (await ports.books.calendar(calendarId)).length > 0);
  const refusal = refusalOfPolicies(settings.policies, (id) => calendars.get(id) === true);
  if (refusal) return refused('policies_refused', refusal);
  const nobody = await nobodyToWarn(ports, settings);
  if (nobody) return fail(nobody);
  if (present.length >= MAX_POLICY_VERSIONS)
    return refused('policies_refused', { code: 'too-many-versions', field: 'policies' });
  return append(ports, asked, present, {
    ...{ stream: policiesStream, type: 'service_policies.saved', builtIn: BUILT_IN },
    at: ports.clock.now(),
    settings: { policies: settings.policies },
  });
}

/** The first warning that nobody would see; each name is looked up once. */
async function nobodyToWarn(
  setUp: SetUp,
  { policies }: ServicePoliciesDto,
): Promise<Failure<'policies_refused'> | undefined> {
  const seen = new Set<string>();
  for (const [index, { warnings = [] }] of policies.entries())
    for (const [warning, { to }] of warnings.entries()) {
      const named = to.filter((each) => !seen.has(each)).map(recipientOf);
      const unknown = await firstUnknown(setUp, named);
      const field = `policies.${String(index)}.warnings.${String(warning)}.to`;
      if (unknown) return { code: 'policies_refused', ...unknown, field };
      for (const each of to) seen.add(each);
    }
  return undefined;
}

const recipientOf = (recipient: string): Named => {
  const team = 'team:';
  return recipient.startsWith(team)
    ? { kind: 'team', name: recipient.slice(team.length) }
    : { kind: 'agent', name: recipient };
};

async function tryCalendar(
  ports: ClockSettingsPorts,
  { calendarId: id, calendar }: Pick<SaveCalendar, 'calendarId' | 'calendar'>,
  asked: Asked,
): Promise<Tried> {
  // Policies that nobody has set stand on it.
  if (id === alwaysOpen.id) return refused('calendar_refused', { code: 'built-in', field: 'id' });
  const present = await ports.books.calendar(id);
  const versions = present.map(versionOf);
  // Two in one millisecond, or by a clock that was set back: each is in force after the one before it.
  const at = Math.max(ports.clock.now(), (versions.at(-1)?.inForceFrom ?? -Infinity) + 1);
  const saved = saveVersion({ id, versions }, calendarVersionOf(calendar, present.length + 1, at));
  if (!saved.ok) return refused('calendar_refused', saved.reason);
  return append(ports, asked, present, {
    ...{ stream: calendarStream(id), type: 'business_calendar.saved', builtIn: 0 },
    ...{ at, settings: { calendar } },
  });
}

const refused = <Code extends 'policies_refused' | 'calendar_refused'>(
  code: Code,
  { code: reason, field }: { readonly code: Failure<Code>['reason']; readonly field: string },
) => fail({ code, reason, field });

interface Asked {
  readonly request: SavingBy;
  readonly attempt: CommandAttempt;
}

interface Saving {
  readonly stream: string;
  readonly type: string;
  /** Versions that there were before the first that was saved. */
  readonly builtIn: number;
  readonly at: EpochMs;
  readonly settings: ServicePoliciesDto | { readonly calendar: CalendarSettingsDto };
}

/** Appends at the version that was decided on. */
async function append(
  { store, vault }: ClockSettingsPorts,
  { request, attempt }: Asked,
  present: readonly RecordedEvent[],
  { stream, type, builtIn, at, settings }: Saving,
): Promise<Tried> {
  const { actor, correlationId, trace, expectedVersions = 'any' } = request;
  const commandId = attempt.commandId ?? randomUUID();
  const answer = ({ version, position }: Pick<RecordedEvent, 'version' | 'position'>): ClockSettingsCommandView => ({
    version: String(version + builtIn),
    position: position.toString(),
  });
  // An attempt before got as far as the append, and died before it could say so.
  const before = present.findLast(({ meta }) => meta.causationId === commandId);
  if (before) return succeed(answer(before));
  const version = String(present.length + builtIn);
  if (expectedVersions !== 'any' && !expectedVersions.includes(version))
    return fail({ code: 'version_mismatch', version });
  const outcome = await store.append({
    appendId: vault.uuid('clock-settings', commandId),
    requestHash: vault.digest('clock-settings', canonicalJson({ stream, settings })),
    streams: [
      {
        ...{ stream, expect: present.length === 0 ? 'none' : { version: present.length } },
        events: [
          {
            ...{ id: vault.uuid('clock-settings-event', commandId), type, schemaVersion: 1, key: stream },
            ...{ occurredAt: at, data: { by: actorText(actor), ...settings } },
            meta: { source: '/safar', correlationId, causationId: commandId, ...trace },
          },
        ],
      },
    ],
  });
  switch (outcome.status) {
    case 'appended':
    case 'repeated':
      return succeed(answer({ version: outcome.versions[0] ?? 0, position: outcome.lastPosition }));
    case 'conflict':
      return { overtakenBy: String(present.length + builtIn + 1) };
    // The key's answer is not kept any more, and it stood for something else.
    case 'id-reused':
      return fail({ code: 'idempotency_key_reused' });
    case 'closed':
      throw new Error(`the stream ${stream} is closed`);
  }
}

export async function showPolicies(books: ClockBooks): Promise<ServicePoliciesView> {
  const last = (await books.policies()).at(-1);
  if (!last)
    return {
      version: String(BUILT_IN),
      policies: defaultPolicies.policies.map(({ id, calendarId, targetSeconds }) => ({
        id,
        calendarId,
        targetSeconds,
      })),
      ...{ savedAt: null, by: null },
    };
  const { version, data, occurredAt } = last;
  return { version: String(version + BUILT_IN), policies: data.policies, savedAt: rfc3339(occurredAt), by: data.by };
}

export async function showCalendar(
  books: ClockBooks,
  id: string,
): Promise<Result<BusinessCalendarView, ClockSettingsFailure>> {
  if (id === alwaysOpen.id) {
    const [{ timeZone, week } = { timeZone: 'UTC', week: {} }] = alwaysOpen.versions;
    const calendar = {
      timeZone,
      week: Object.fromEntries(Object.entries(week).map(([day, open]) => [day, [...open]])),
    };
    return succeed({ id, version: '1', calendar, savedAt: null, by: null });
  }
  const last = (await books.calendar(id)).at(-1);
  if (!last) return fail({ code: 'calendar_not_found' });
  const { version, data, occurredAt } = last;
  return succeed({
    ...{ id, version: String(version), calendar: data.calendar },
    ...{ savedAt: rfc3339(occurredAt), by: data.by },
  });
}

const rfc3339 = (at: EpochMs): string => new Date(at).toISOString();
