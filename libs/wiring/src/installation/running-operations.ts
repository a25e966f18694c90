import { type EpochMs } from '#kernel';
import { type Relay, startRelay } from '#platform/bus';
import { type EventSource } from '#platform/consumers';
import { type ProjectionHost, type ProjectionSettings, startProjections } from '#platform/projections';
import { anyErasedSince } from '#platform/vault';
import { openInternalServer } from '../internal-server.js';
import { type ReadinessCheck } from '../messages/readiness-check.port.js';
import { kafkaFeed, kafkaNeeded, topicNames } from '../kafka.js';
import { beginInbound, type Warn, type WatchedInbound } from '../inbound/begin-inbound.js';
import { observeRelayState } from '../observation.js';
import { projections } from '../projections.js';
import { type RecordTouchpointsInto } from '../record-touchpoints.js';
import { type DecodeEvents } from '../sealing.js';
import { type Parts } from './parts.js';

/** `bus`: Kafka where it is configured, else the store. */
export type FedFrom = 'store' | 'bus';

/** What is asked about records before they are stored, or blamed. */
export const judging = ({ pool, store }: Parts) => ({
  anyErasedSince: (personaIds: readonly string[], since: EpochMs) => anyErasedSince(pool, personaIds, since),
  checkWritable: () => store.checkWritable(),
});

function beginRelay(parts: Parts, source: EventSource, closers: (() => Promise<void>)[]): Relay {
  const { config, pool, bus, metrics } = parts;
  if (!bus || !config.kafka) throw kafkaNeeded();
  const relay = startRelay({ pool, source, bus, topic: topicNames(config.kafka).events });
  closers.push(() => relay.stop());
  observeRelayState(metrics, relay);
  return relay;
}

interface RunningParts {
  readonly source: EventSource;
  readonly decode: DecodeEvents;
  readonly recordTouchpoints: RecordTouchpointsInto;
}

/** What runs in this process until it is stopped, at the latest by closing the installation. */
export function runningOperations(
  parts: Parts,
  closers: (() => Promise<void>)[],
  { source, decode, recordTouchpoints }: RunningParts,
) {
  const { config, pool, bus, hub, onApplied } = parts;
  return {
    startProjections: (settings: Partial<ProjectionSettings> = {}, from: FedFrom = 'store'): ProjectionHost => {
      const topic = config.kafka && topicNames(config.kafka).events;
      const feed = from === 'bus' && bus && topic ? kafkaFeed({ pool, bus, source, topic }, closers) : undefined;
      const host = startProjections({ pool, source, decode, onApplied, feed, hub, settings }, projections);
      closers.push(() => host.stop());
      return host;
    },
    serveInternally: async (checks: readonly ReadinessCheck[], onFailed: (check: string, error: unknown) => void) => {
      const server = await openInternalServer(parts, checks, onFailed);
      if (server) closers.push(() => server.close());
      return server?.port;
    },
    startRelay: (): Relay => beginRelay(parts, source, closers),
    startInbound: (warn: Warn): WatchedInbound =>
      beginInbound({ ...parts, ...judging(parts), recordTouchpoints }, closers, warn),
  };
}
