import type pg from 'pg';
import { START } from '#kernel';
import {
  type Bus,
  type Inbound,
  type InboundHealth,
  inboundState,
  type Relay,
  relayCheckpoint,
  type TopicWatch,
} from '#platform/bus';
import { type FinishedFlush, type OperatedEventStore } from '#platform/event-store';
import { type EventSource } from '#platform/consumers';
import { type ProjectionAdmin, type ProjectionParts } from '#platform/projections';
import { type ReactionAdmin } from '#platform/reactions';
import { createMetrics, type Metrics, openTracing, type Traceparent, type Tracing } from '#platform/telemetry';
import { type Config } from './config/config.js';

/** What is watched of an installation. */
export interface Observation {
  readonly metrics: Metrics;
  /** Nothing unless it is asked for. */
  readonly tracing: Tracing | undefined;
  readonly onFlushed: (flush: FinishedFlush) => void;
  readonly onApplied: ProjectionParts['onApplied'];
}

export async function openObservation({ tracing: { endpoint } }: Config, program: string): Promise<Observation> {
  const metrics = createMetrics({ ofProcess: true });
  const tracing = await openTracing(endpoint === undefined ? undefined : { endpoint, program });
  return {
    metrics,
    tracing,
    onFlushed: (flush) => {
      metrics.flushSeconds.observe(flush.durationMs / 1_000);
      metrics.flushEvents.observe(flush.events);
      tracing?.flushed({ ...flush, causes: () => causesIn(flush.metadata()) });
    },
    onApplied:
      tracing &&
      (({ events, ...batch }) => {
        const causes = (): readonly Traceparent[] => events.flatMap(({ meta }) => meta.traceparent ?? []);
        tracing.applied({ ...batch, events: events.length, causes });
      }),
  };
}

function* causesIn(metadata: Iterable<string>): Generator<Traceparent> {
  for (const json of metadata) {
    const traceparent = /"traceparent":"([0-9a-f-]{55})/.exec(json)?.[1];
    if (traceparent !== undefined) yield traceparent;
  }
}

/** A scrape waits no longer than this for the state of the projections; then it tells of everything else. */
const STATUS_TIMEOUT_MS = 2_000;

export function observeStore(metrics: Metrics, store: OperatedEventStore): void {
  metrics.gauge(
    'safar_store_queue_events',
    'Events that wait for a group commit or are in one',
    () => store.load.events,
  );
  metrics.gauge(
    'safar_store_queue_requests',
    'Appends that wait for a group commit or are in one',
    () => store.load.requests,
  );
}

/** Of the builds that queries read, whichever process feeds them. */
export function observeProjections(metrics: Metrics, admin: Pick<ProjectionAdmin, 'status'>): void {
  const names = {
    safar_projection_lag_events: 'Events that the read model has not applied yet',
    safar_projection_lag_seconds: 'Age of the oldest event that the read model has not applied yet',
    safar_projection_parked_events: 'Events that were set aside because applying them failed',
    safar_projection_failed_lanes: 'Lanes of the read model that have halted until somebody acts',
    safar_projection_paused_lanes: 'Lanes of the read model that have halted until a newer program is there',
  };
  metrics.gauges({
    label: 'projection',
    names,
    read: async () => {
      const lanes = (await inTime(admin.status())).filter(({ role }) => role === 'active');
      const found = new Map<string, Record<keyof typeof names, number>>();
      for (const { name, eventsBehind, secondsBehind, parked, state } of lanes) {
        const before = found.get(name);
        found.set(name, {
          safar_projection_lag_events: Math.max(eventsBehind, before?.safar_projection_lag_events ?? 0),
          safar_projection_lag_seconds: Math.max(secondsBehind, before?.safar_projection_lag_seconds ?? 0),
          safar_projection_parked_events: parked + (before?.safar_projection_parked_events ?? 0),
          safar_projection_failed_lanes: oneIf(state === 'failed') + (before?.safar_projection_failed_lanes ?? 0),
          safar_projection_paused_lanes: oneIf(state === 'paused') + (before?.safar_projection_paused_lanes ?? 0),
        });
      }
      return found;
    },
  });
}

const oneIf = (so: boolean): number => (so ? 1 : 0);

/** Of the one relay that works, whichever process it is in. */
export function observeRelay(
  metrics: Metrics,
  { pool, source, topic }: { readonly pool: pg.Pool; readonly source: EventSource; readonly topic: string },
): void {
  metrics.gauges({
    label: 'topic',
    names: {
      safar_relay_lag_events: 'Events of the store that are not in the topic yet',
      safar_relay_lag_seconds: 'Age of the oldest event of the store that is not in the topic yet',
    },
    read: () => inTime(relayLag(pool, source, topic)),
  });
}

/** Of the relay in this process: one that stands still before it has the lease leaves nothing in the database. */
export function observeRelayState(metrics: Metrics, relay: Pick<Relay, 'health'>): void {
  metrics.gauge('safar_relay_failed', '1 while the relay in this process has halted until somebody acts', () =>
    oneIf(relay.health().state === 'failed'),
  );
}

async function relayLag(pool: pg.Pool, source: EventSource, topic: string) {
  const { position = START } = (await relayCheckpoint(pool, topic)) ?? {};
  const { events } = await source.read(position, 1);
  const lag = {
    safar_relay_lag_events: source.distance(position, await source.head()),
    safar_relay_lag_seconds: events[0] ? Math.max(0, Date.now() - events[0].recordedAt) / 1_000 : 0,
  };
  return new Map([[topic, lag]]);
}

export interface InboundObserved {
  readonly pool: pg.Pool;
  readonly bus: Pick<Bus, 'ends'>;
  readonly topic: string;
  readonly inbound: Pick<Inbound, 'health'>;
  readonly watch: Pick<TopicWatch, 'drifts'>;
}

/** What became of records that were refused: each is told from the start on, so that the first one is an increase. */
const KEPT = ['quarantine', 'erased', 'too_large', 'no_room'] as const;

/** Of the topic that others write to; told by the processes that may read it. */
export function observeInbound(metrics: Metrics, { pool, bus, topic, inbound, watch }: InboundObserved): void {
  metrics.gauges({
    label: 'topic',
    names: {
      safar_inbound_lag_records: 'Records of the topic that were not taken yet',
      safar_inbound_expired_records: 'Records that the topic deleted before they were taken, at most',
      safar_inbound_expired_timestamp_seconds: 'When that was found for the last time; 0 when it never was',
    },
    read: () => inTime(inboundLag(pool, bus, topic)),
  });
  metrics.gauges({
    label: 'topic',
    names: { safar_inbound_topic_drifts: 'Settings of the topic that are not as they have to be' },
    read: () => {
      const drifts = watch.drifts();
      return drifts
        ? Promise.resolve(new Map([[topic, { safar_inbound_topic_drifts: drifts.length }]]))
        : Promise.reject(new Error('the settings of the topic are not known'));
    },
  });
  metrics.gauge('safar_inbound_lag_seconds', 'Age of the oldest record that this process has not taken yet', () =>
    secondsBehind(inbound.health(), Date.now()),
  );
  metrics.gauge(
    'safar_inbound_lease_losses_count',
    'Times since the start that another process took over the lease of this one',
    () => inbound.health().leaseLosses,
  );
  for (const kept of KEPT) metrics.deadLetters.inc({ kept }, 0);
}

/** Of a process that has something to do and can read nothing, how long that has been so. */
export function secondsBehind(
  { oldestAt, behind, lastProgressAt }: Pick<InboundHealth, 'oldestAt' | 'behind' | 'lastProgressAt'>,
  now: number,
): number {
  const since = oldestAt ?? (behind ? lastProgressAt : now);
  return Math.max(0, now - since) / 1_000;
}

async function inboundLag(pool: pg.Pool, bus: Pick<Bus, 'ends'>, topic: string) {
  const state = await inboundState(pool, topic);
  let records = 0n;
  for (const [partition, { first, next }] of await bus.ends(topic)) {
    const read = state?.offsets.get(partition) ?? first;
    records += next > read ? next - read : 0n;
  }
  const lag = {
    safar_inbound_lag_records: Number(records),
    safar_inbound_expired_records: Number(state?.expired ?? 0n),
    safar_inbound_expired_timestamp_seconds: (state?.expiredAt ?? 0) / 1_000,
  };
  return new Map([[topic, lag]]);
}

/** Of every reaction, whichever process runs it. */
export function observeReactions(metrics: Metrics, admin: Pick<ReactionAdmin, 'status'>): void {
  const names = {
    safar_reaction_lag_events: 'Events that the reaction has not handled yet',
    safar_reaction_lag_seconds: 'Age of the oldest event that the reaction has not handled yet',
    safar_reaction_overdue_timers: 'Timers that are due and have not fired',
    safar_reaction_overdue_seconds: 'How long the oldest of them has been due',
    safar_reaction_waiting_commands: 'Commands that wait to be dispatched',
    safar_reaction_parked: 'Triggers and commands that were set aside because they failed',
    safar_reaction_failed: '1 while the reaction has halted until somebody acts',
    safar_reaction_paused: '1 while the reaction has halted until a newer program is there',
  };
  metrics.gauges({
    label: 'reaction',
    names,
    read: async () =>
      new Map(
        (await inTime(admin.status())).map((reaction) => [
          reaction.name,
          {
            safar_reaction_lag_events: reaction.eventsBehind,
            safar_reaction_lag_seconds: reaction.secondsBehind,
            safar_reaction_overdue_timers: reaction.overdueTimers,
            safar_reaction_overdue_seconds: reaction.secondsOverdue,
            safar_reaction_waiting_commands: reaction.waitingCommands,
            safar_reaction_parked: reaction.parkedTriggers + reaction.parkedCommands,
            safar_reaction_failed: oneIf(reaction.state === 'failed'),
            safar_reaction_paused: oneIf(reaction.state === 'paused'),
          },
        ]),
      ),
  });
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the database took too long'));
    }, STATUS_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
