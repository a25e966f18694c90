import {
  type Channel,
  everyDecision,
  everyTouchpoint,
  isTold,
  type TimelineDecision,
  type TimelineEvent,
  type TouchpointEvent,
} from '#contracts';
import { allGone, type Projection } from '#kernel';

/** Something that happened with a customer. */
export type TimelineRow = {
  readonly persona_id: string;
  readonly position: bigint;
  readonly event_id: string;
  /** Of the event in its stream. */
  readonly version: number;
  readonly type: string;
  readonly schema_version: number;
  /** As it was sent; `custom:<name>` for an organisation's own. Of a decision, its type. */
  readonly kind: string;
  readonly channel: Channel | null;
  readonly source: string;
  readonly occurred_at: number;
  readonly recorded_at: number;
  /** The event's data as it is stored: personal members sealed. Of a decision, a `DecisionData`. */
  readonly data: unknown;
};

/** What a touchpoint is on its customer's timeline. */
export const rowOfTouchpoint = (event: TouchpointEvent): TimelineRow => ({
  persona_id: event.key,
  position: event.position,
  event_id: event.id,
  version: event.version,
  type: event.type,
  schema_version: event.schemaVersion,
  kind: event.data.kind,
  channel: event.data.channel,
  source: event.data.source,
  occurred_at: event.occurredAt,
  recorded_at: event.recordedAt,
  data: event.data,
});

/** A decision's data as it is stored, and the stream that says of what it is. In a column of its own, the stream would be one more for each touchpoint. */
export interface DecisionData {
  readonly stream: string;
  readonly told: unknown;
}

/** The source of what was decided here. */
const OWN_SOURCE = 'safar';

/** What a decision is on its customer's timeline. */
export const rowOfDecision = (event: TimelineDecision): TimelineRow => ({
  persona_id: event.key,
  position: event.position,
  event_id: event.id,
  version: event.version,
  type: event.type,
  schema_version: event.schemaVersion,
  kind: event.type,
  channel: 'channel' in event.data ? event.data.channel : null,
  source: OWN_SOURCE,
  occurred_at: event.occurredAt,
  recorded_at: event.recordedAt,
  data: { stream: event.stream, told: event.data } satisfies DecisionData,
});

/** Timelines: a row for each event of a customer. An erasure takes all of a customer's rows. */
export const timeline: Projection<TimelineRow, TimelineEvent> = {
  name: 'timeline',
  version: 2,
  reads: 'sealed',
  appendOnly: true,
  table: {
    columns: {
      persona_id: { type: 'uuid' },
      position: { type: 'bigint' },
      event_id: { type: 'uuid' },
      version: { type: 'integer' },
      type: { type: 'text' },
      schema_version: { type: 'integer' },
      kind: { type: 'text' },
      channel: { type: 'text', nullable: true },
      source: { type: 'text' },
      occurred_at: { type: 'timestamp' },
      recorded_at: { type: 'timestamp' },
      data: { type: 'json' },
    },
    // Following a timeline reads by position, looking at it reads by time.
    primaryKey: ['persona_id', 'position'],
    owner: 'persona_id',
    indexes: [{ on: 'persona_id, occurred_at, position' }],
  },
  keys: ({ key, position }) => [[key, position]],
  when: {
    ...everyTouchpoint<TimelineRow>((_row, event) => rowOfTouchpoint(event)),
    ...everyDecision<TimelineRow>((_row, event) => (isTold(event) ? undefined : rowOfDecision(event))),
    'persona.erased': () => allGone,
  },
};
