import { AT_RISK_SECONDS, type QueueFilter, type QueueView, tagKey } from '#contracts';
import { type EpochMs } from '#kernel';
import { endOfDay } from './end-of-day.js';
import { rfc3339 } from './queue-item.js';
import { rankOf } from './queue-row.js';

/** What of the queue somebody looks at. */
export interface QueueSelection extends QueueFilter {
  readonly view: QueueView;
  /** Kind and id of whoever asks: whose `mine` and `mentions` are. */
  readonly self: string;
}

/** Of these, everybody has their own. */
const personal: ReadonlySet<QueueView> = new Set(['mine', 'mentions', 'warned']);

/** What of a selection makes a difference: that of somebody else is the same where the view is everybody's. */
export const selecting = ({ self, ...rest }: QueueSelection): Omit<QueueSelection, 'self'> & { self?: string } =>
  personal.has(rest.view) ? { self, ...rest } : rest;

/** The values of a statement, numbered as they are mentioned. */
export class Values {
  readonly list: unknown[] = [];

  of(value: unknown, type: string): string {
    this.list.push(value);
    return `$${String(this.list.length)}::${type}`;
  }
}

/** Which rows a selection has at a time, which `now` gives as a value, beside those of a due time; to be joined with AND. */
export function conditionsOf(
  selection: QueueSelection,
  now: () => string,
  values: Values,
  at: EpochMs,
): readonly string[] {
  const standing = standingsOf(selection, now, values).map((each) => each.join(' AND '));
  const filters = filtersOf(selection, now, values, at);
  return standing.includes('') ? filters : [...filters, `(${standing.join(' OR ')})`];
}

/**
 * How a row may stand for a selection to have it: as one of its categories and statuses, where a snooze that is over stands as open. No
 * row stands in two of these ways, and an index has each in the order of the queue; for a CASE that says the same the server would read all
 * of it.
 */
export function standingsOf(
  { categories = [], statuses = [] }: QueueSelection,
  now: () => string,
  values: Values,
): readonly (readonly string[])[] {
  if (categories.length === 0 && statuses.length === 0) return [[]];
  const is = (column: string, word: string): string => `${column} = ${values.of(word, 'text')}`;
  const ways =
    categories.length === 0
      ? [...new Set(statuses)].map((status) => [is('status', status)])
      : // Where a status belongs to another category there is nothing, and the index of categories tells without the rows.
        [...new Set(categories)].map((category) => [is('category', category), ...statusesSql(statuses, values)]);
  const asIs = ways.map((way) => [...way, `(snoozed_until IS NULL OR snoozed_until > ${now()})`]);
  const hasOpen = [categories, statuses].every((each) => each.length === 0 || each.some((word) => word === 'open'));
  return hasOpen ? [...asIs, [`snoozed_until <= ${now()}`]] : asIs;
}

function statusesSql(statuses: readonly string[], values: Values): readonly string[] {
  const [first, ...others] = statuses;
  if (first === undefined) return [];
  return [
    others.length === 0 ? `status = ${values.of(first, 'text')}` : `status = ANY (${values.of(statuses, 'text[]')})`,
  ];
}

/** Which rows a selection has, however they stand. */
export function filtersOf(
  selection: QueueSelection,
  now: () => string,
  values: Values,
  at: EpochMs,
): readonly string[] {
  const { view, self, agent, team, channel, tags = [] } = selection;
  // The category says no more than the time does; it has the index.
  const aside = (): string => `category = 'snoozed' AND snoozed_until > ${now()}`;
  const here = (): string => `(snoozed_until IS NULL OR snoozed_until <= ${now()})`;
  const conditions: string[] = [];
  if (view === 'mine') conditions.push(`agent = ${values.of(self, 'text')}`, here());
  if (view === 'unassigned') conditions.push(`agent = 'nobody'`, here());
  if (view === 'snoozed') conditions.push(aside());
  if (view === 'promised_today')
    conditions.push(`promised_at < ${values.of(rfc3339(promisedUntil(selection, at)), 'timestamptz')}`);
  if (agent !== undefined) conditions.push(`agent = ${values.of(agent, 'text')}`);
  if (team !== undefined) conditions.push(`team = ${values.of(team, 'text')}`);
  if (channel !== undefined) conditions.push(`channel = ${values.of(channel, 'text')}`);
  const labels = [...tags.map((tag) => `tag:${tagKey(tag)}`), ...(view === 'mentions' ? [`mention:${self}`] : [])];
  if (view === 'warned') {
    // What a team is warned of is for whoever looks at its queue.
    const mine = [`warn:${self}`, ...(team === undefined ? [] : [`warn:team:${team}`])];
    const has = mine.map((label) => `labels @> ${values.of(JSON.stringify([label]), 'jsonb')}`);
    conditions.push(`(${has.join(' OR ')})`);
  }
  if (labels.length > 0) conditions.push(`labels @> ${values.of(JSON.stringify(labels), 'jsonb')}`);
  return conditions;
}

/** Until when what is due is due today; what was due before is broken, and due no less. */
export const promisedUntil = ({ timeZone = 'UTC' }: QueueSelection, at: EpochMs): EpochMs => endOfDay(at, timeZone);

/** As what rows are kept that a view shows: what is resolved is shown to whoever was mentioned in it, and to nobody else. */
export const keptFor = (view: QueueView): readonly Shown[] =>
  view === 'mentions' ? ['queued', 'mentioned'] : ['queued'];
export type Shown = 'queued' | 'mentioned';

/** Due times that a view has, beside those that are over: until when, or none at all. */
export const dueUntil = (
  { view, withinSeconds = AT_RISK_SECONDS }: QueueSelection,
  at: EpochMs,
): EpochMs | undefined => (view === 'at_risk' ? at + withinSeconds * 1_000 : undefined);

/** A stretch of the queue's order in which nothing but due time, waiting and id decide. */
export interface Segment {
  readonly place: number;
  readonly rank: number;
  /** The due time is over. */
  readonly late: boolean;
}

const RANKS = Object.keys(rankOf).length;

/** Of what stands at a place. */
export const placeSql = (now: string): string => `CASE WHEN due_at < ${now} THEN rank ELSE rank + ${String(RANKS)} END`;

/** Of the last stretch. */
export const LAST_PLACE = 2 * RANKS - 1;

/** Breached first, then by priority: the stretches that a selection has, in the order of the queue. */
export function segmentsOf({ view, priorities = [] }: QueueSelection): readonly Segment[] {
  const ranks = Object.entries(rankOf)
    .filter(([priority]) => priorities.length === 0 || priorities.some((each) => each === priority))
    .map(([, rank]) => rank);
  const late = view === 'at_risk' ? [] : ranks.map((rank) => ({ place: rank, rank, late: true }));
  const intime = view === 'breached' ? [] : ranks.map((rank) => ({ place: rank + RANKS, rank, late: false }));
  return [...late, ...intime].sort((one, other) => one.place - other.place);
}
