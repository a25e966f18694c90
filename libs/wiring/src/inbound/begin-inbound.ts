import type pg from 'pg';
import {
  type Bus,
  type Inbound,
  type InboundOutcome,
  inboundTopic,
  type Kept,
  startInbound,
  type TopicWatch,
  watchTopic,
} from '#platform/bus';
import { type Metrics } from '#platform/telemetry';
import { type Config } from '../config/config.js';
import { kafkaNeeded, topicNames } from '../kafka.js';
import { observeInbound } from '../observation.js';
import { createSetAside, type SetAsidePorts } from './set-aside.js';
import { createTakeInbound, type InboundPorts } from './take-inbound.js';

export interface BeginInboundPorts extends Omit<InboundPorts & SetAsidePorts, 'topic'> {
  readonly config: Pick<Config, 'kafka'>;
  readonly pool: pg.Pool;
  readonly bus: Bus | undefined;
  readonly metrics: Metrics;
}

/** The inbound topic as it is read, and as it is. */
export interface WatchedInbound extends Inbound {
  readonly watch: Pick<TopicWatch, 'drifts'>;
}

/** For the log, where somebody has to know. */
export type Warn = (details: object, text: string) => void;

/** Takes touchpoints from Kafka in this process. @throws ConfigurationError where there is no Kafka */
export function beginInbound(ports: BeginInboundPorts, closers: (() => Promise<void>)[], warn: Warn): WatchedInbound {
  const { config, pool, bus, metrics } = ports;
  if (!bus || !config.kafka) throw kafkaNeeded();
  const { inbound: topic, deadLetters } = topicNames(config.kafka);
  const onTaken = (outcomes: readonly InboundOutcome[], kept: readonly Kept[]): void => {
    for (const outcome of outcomes) {
      metrics.touchpoints.inc({ result: outcome.status });
      if (outcome.status === 'refused') metrics.refusals.inc({ reason: outcome.reason });
    }
    for (const each of kept) metrics.deadLetters.inc({ kept: 'as' in each ? 'quarantine' : each.not });
  };
  const watch = watchTopic({
    bus,
    topic: inboundTopic(topic, config.kafka.partitions, config.kafka.replicas),
    onChanged: (drifts) => {
      if (drifts.length === 0) warn({ topic }, 'the topic is as it has to be again');
      else warn({ topic, drifts }, 'the topic is not as it has to be');
    },
  });
  closers.push(() => watch.stop());
  const inbound = startInbound({
    ...{ pool, bus, topic, deadLetters, onTaken },
    take: createTakeInbound({ ...ports, topic }),
    setAside: createSetAside({ ...ports, topic }),
    onExpired: (records) => {
      warn({ topic, records: records.toString() }, 'the topic deleted records before they were taken');
    },
  });
  closers.push(() => inbound.stop());
  observeInbound(metrics, { pool, bus, topic, inbound, watch });
  return { ...inbound, watch };
}
