import type pg from 'pg';
import { type Bus, type Inbound, type InboundOutcome, startInbound } from '#platform/bus';
import { type Metrics } from '#platform/telemetry';
import { DEAD_LETTERS_TOPIC, INBOUND_TOPIC, kafkaNeeded } from '../kafka.js';
import { observeInbound } from '../observation.js';
import { createSetAside, type SetAsidePorts } from './set-aside.js';
import { createTakeInbound, type InboundPorts } from './take-inbound.js';

export interface BeginInboundPorts extends Omit<InboundPorts & SetAsidePorts, 'topic'> {
  readonly pool: pg.Pool;
  readonly bus: Bus | undefined;
  readonly metrics: Metrics;
}

/** Takes touchpoints from Kafka in this process. @throws ConfigurationError where there is no Kafka */
export function beginInbound(ports: BeginInboundPorts, closers: (() => Promise<void>)[]): Inbound {
  const { pool, bus, metrics } = ports;
  if (!bus) throw kafkaNeeded();
  const topic = INBOUND_TOPIC;
  const onTaken = (outcomes: readonly InboundOutcome[]): void => {
    for (const outcome of outcomes) {
      metrics.touchpoints.inc({ result: outcome.status });
      if (outcome.status === 'refused') metrics.refusals.inc({ reason: outcome.reason });
    }
  };
  observeInbound(metrics, { pool, bus, topic });
  const inbound = startInbound({
    ...{ pool, bus, topic, deadLetters: DEAD_LETTERS_TOPIC, onTaken },
    take: createTakeInbound({ ...ports, topic }),
    setAside: createSetAside({ ...ports, topic }),
  });
  closers.push(() => inbound.stop());
  return inbound;
}
