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
  const { view, self, agent, team, channel, categories = [], statuses = [], tags = [] } = selection;
  const aside = (): string => `snoozed_until > ${now()}`;
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
  if (categories.length > 0)
    conditions.push(
      `CASE WHEN snoozed_until <= ${now()} THEN 'open' ELSE category END = ANY (${values.of(categories, 'text[]')})`,
    );
  if (statuses.length > 0)
    conditions.push(
      `CASE WHEN snoozed_until <= ${now()} THEN 'open' ELSE status END = ANY (${values.of(statuses, 'text[]')})`,
    );
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
