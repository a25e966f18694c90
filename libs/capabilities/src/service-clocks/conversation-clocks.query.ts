import {
  type ClockTerms,
  type ClockVerdict,
  type ConversationClocksView,
  type ConversationClockView,
} from '#contracts';
import { type EpochMs, type ReadModels } from '#kernel';
import { explainClock } from './explain-clock.js';
import { type CalendarOf, type StartedClock } from './service-clock.decider.js';
import { type ServiceClockRow } from './service-clocks.projection.js';

export interface ClockViewPorts {
  readonly readModels: Pick<ReadModels, 'query'>;
  /** Calendars that these terms name. */
  readonly calendarsOf: (terms: readonly ClockTerms[]) => Promise<CalendarOf>;
}

/** Each is explained line by line. */
const MAX_CLOCKS = 50;

/** The clocks of a conversation; `undefined` where there is no such conversation. */
export async function conversationClocksView(
  { readModels, calendarsOf }: ClockViewPorts,
  conversationId: string,
  now: EpochMs,
): Promise<ConversationClocksView | undefined> {
  const known = await readModels.query('SELECT 1 FROM {conversations} WHERE conversation_id = $1', [conversationId]);
  if (known.length === 0) return undefined;
  const rows = await readModels.query<Pick<ServiceClockRow, 'ordinal' | 'clock'>>(
    `SELECT ordinal, clock FROM {service-clocks} WHERE conversation_id = $1 ORDER BY started_at DESC, stream DESC LIMIT $2`,
    [conversationId, MAX_CLOCKS],
  );
  const calendarOf = await calendarsOf(rows.map(({ clock }) => clock.terms));
  const clocks = rows.map(({ ordinal, clock }) => clockView(calendarOf, ordinal, clock, now));
  return { conversationId, at: rfc3339(now), clocks };
}

function clockView(calendarOf: CalendarOf, ordinal: number, clock: StartedClock, now: EpochMs): ConversationClockView {
  const { kind, status, terms, beside, stoppedAt } = clock;
  const { policyId, policyVersion, calendarId, calendarVersion } = terms;
  return {
    ...{ kind, ordinal, status, verdict: verdictAt(clock, now) },
    restatedVerdict: beside === undefined || beside === 'open' ? null : beside,
    ...{ policyId, policyVersion, calendarId, calendarVersion },
    warnings: (terms.warnings ?? []).map(({ beforeSeconds, to }) => {
      const told = clock.warned?.find((each) => each.beforeSeconds === beforeSeconds);
      return { beforeSeconds, to, warnedAt: told ? rfc3339(told.at) : null };
    }),
    stoppedAt: stoppedAt === undefined ? null : rfc3339(stoppedAt),
    // A cancelled clock was counted until then.
    arithmetic: explainClock(
      calendarOf(calendarId, calendarVersion),
      clock,
      status === 'cancelled' ? clock.lastAt : Math.max(now, clock.startedAt),
    ),
  };
}

/** A due time that is over is breached, whether somebody has told it yet or not. */
function verdictAt({ verdict, status, dueAt }: StartedClock, now: EpochMs): ClockVerdict | null {
  if (verdict !== undefined) return verdict;
  return status !== 'cancelled' && dueAt !== null && now > dueAt ? 'breached' : null;
}

const rfc3339 = (at: EpochMs): string => new Date(at).toISOString();
