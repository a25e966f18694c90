import path from 'node:path';
import { guardedAddresses, type GuardedPorts, guardedProperties, guardedProtocols } from './guarded-listeners.js';

/** A further door of a broker, for those that come through a proxy: it tells them to come to `advertised`, where nobody listens yet. */
export interface ProxiedListener {
  readonly port: number;
  readonly advertised: number;
}

interface Doors {
  readonly proxied?: ProxiedListener | undefined;
  readonly between?: ProxiedListener | undefined;
  readonly guarded?: GuardedPorts | undefined;
}

const nowhere: ProxiedListener = { port: 0, advertised: 0 };

/** What a broker of a cluster is started with. */
export function propertiesOf(
  folder: string,
  node: number,
  ports: readonly number[],
  { proxied = nowhere, between = nowhere, guarded = { scram: 0, secure: 0, mutual: 0 } }: Doors,
): string {
  const nodes = ports.length / 2;
  const replicas = Math.min(3, nodes);
  const [client, controller] = [ports[node - 1], ports[nodes + node - 1]].map((port) => `127.0.0.1:${String(port)}`);
  const voters = Array.from({ length: nodes }, (_, n) => `${String(n + 1)}@127.0.0.1:${String(ports[nodes + n])}`);
  const properties: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': node,
    'controller.quorum.voters': voters.join(','),
    listeners: `CLIENT://${String(client)},CONTROLLER://${String(controller)},PROXIED://127.0.0.1:${String(proxied.port)},BETWEEN://127.0.0.1:${String(between.port)},${guardedAddresses(guarded)}`,
    'advertised.listeners': `CLIENT://${String(client)},PROXIED://127.0.0.1:${String(proxied.advertised)},BETWEEN://127.0.0.1:${String(between.advertised)},${guardedAddresses(guarded)}`,
    'listener.security.protocol.map': `CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,BETWEEN:PLAINTEXT,${guardedProtocols}`,
    ...guardedProperties(folder),
    'inter.broker.listener.name': 'BETWEEN',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': path.join(folder, `node-${String(node)}`),
    'default.replication.factor': replicas,
    'min.insync.replicas': Math.max(1, replicas - 1),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 3,
    'auto.create.topics.enable': 'false',
    // A reader is alone in its group: there is nobody to wait for.
    'group.initial.rebalance.delay.ms': 0,
    // A broker that was killed is noticed after three seconds instead of nine.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    'replica.lag.time.max.ms': 5000,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('');
}

export const logging = `rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
appender.console.name=console
appender.console.type=Console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c: %m%n
`;
