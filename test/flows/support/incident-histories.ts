import { type ConversationEvent, conversationIdOf } from '#contracts';

/** A way through states, with the times at which it was gone, in seconds from the opening. */
export interface History {
  readonly path: readonly string[];
  /** From the opening to the first and to the last time that it became resolved. */
  readonly firstResolvedS: number;
  readonly lastResolvedS: number;
  /** Until the first resolution, how long it waited for the user. */
  readonly waitedS: number;
}

const RESOLVED = ['resolved', 'closed'];
const WAITING = 'awaiting-user-info';

function historyOf(openedAt: number, steps: readonly (readonly [at: number, state: string])[]): History {
  const path: string[] = [];
  const resolutions: number[] = [];
  let waitedS = 0;
  let since = openedAt;
  for (const [at, state] of steps) {
    const before = path.at(-1);
    if (before === WAITING && resolutions.length === 0) waitedS += (at - since) / 1000;
    since = at;
    if (state === before) continue;
    if (RESOLVED.includes(state) && !RESOLVED.includes(before ?? '')) resolutions.push((at - openedAt) / 1000);
    path.push(state);
  }
  return { path, firstResolvedS: resolutions[0] ?? NaN, lastResolvedS: resolutions.at(-1) ?? NaN, waitedS };
}

const timeOf = (text = ''): number => {
  const [, day, month, year, hour, minute] = /^(\d+)-(\d+)-(\d+) (\d+):(\d+)$/.exec(text)?.map(Number) ?? [];
  return Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute);
};

/** Computed from the rows of the file and nothing of Safar: the log has no quotes and no commas in its cells. */
export function historiesInFile(csv: string): readonly History[] {
  const [header = '', ...lines] = csv.trim().split('\n');
  const names = header.split(',');
  const incidents = new Map<string, string[][]>();
  for (const line of lines) {
    const cells = line.split(',');
    const number = cells[0] ?? '';
    incidents.set(number, [...(incidents.get(number) ?? []), cells]);
  }
  return [...incidents.values()].map((rows) => {
    const cell = (row: readonly string[], name: string): string => row[names.indexOf(name)] ?? '';
    const steps = rows
      .map((row) => [timeOf(cell(row, 'sys_updated_at')), cell(row, 'incident_state')] as const)
      .map(([at, state]) => [at, state.toLowerCase().replaceAll(' ', '-')] as const)
      .sort(([one], [other]) => one - other);
    const openedAt = Math.min(...rows.map((row) => timeOf(cell(row, 'opened_at'))), steps[0]?.[0] ?? NaN);
    return historyOf(openedAt, steps);
  });
}

/** The same, of what Safar's log tells of its conversations. */
export function historiesInLog(events: readonly ConversationEvent[]): ReadonlyMap<string, History> {
  const opened = new Map<string, number>();
  const steps = new Map<string, (readonly [number, string])[]>();
  for (const event of events) {
    const id = conversationIdOf(event.stream);
    if (event.type === 'conversation.opened') opened.set(id, event.occurredAt);
    if (event.type === 'conversation.status_changed')
      steps.set(id, [...(steps.get(id) ?? []), [event.occurredAt, event.data.status]]);
  }
  return new Map([...opened].map(([id, at]) => [id, historyOf(at, steps.get(id) ?? [])]));
}

/** Histories have no names in common on both sides: they are compared as what they are, each as often as it is there. */
export const asCounted = (histories: Iterable<History>): readonly string[] =>
  [...histories].map((history) => JSON.stringify(history)).sort();

/** The figures of a report over some seconds, to the millisecond; between two of them, in proportion to the distance. */
export function figuresOf(seconds: readonly number[]): object {
  const sorted = seconds.toSorted((one, other) => one - other);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low = NaN, high = low] = sorted.slice(Math.floor(place));
    return low + (high - low) * (place % 1);
  };
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return { n: sorted.length, meanSeconds: round(mean), medianSeconds: round(at(0.5)), p90Seconds: round(at(0.9)) };
}

/** What a report must say of incidents that were all resolved within its range: the policy that Safar comes with never closes. */
export function resolutionFigures(histories: readonly History[]): object {
  const resolved = histories.filter(({ firstResolvedS }) => !Number.isNaN(firstResolvedS));
  return {
    calendar: figuresOf(resolved.map(({ firstResolvedS }) => firstResolvedS)),
    business: figuresOf(resolved.map(({ firstResolvedS, waitedS }) => firstResolvedS - waitedS)),
  };
}
