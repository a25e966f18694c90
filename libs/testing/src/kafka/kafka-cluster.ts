import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  certificateIn,
  clientCertificateIn,
  guardedAddresses,
  type GuardedPorts,
  guardedProperties,
  guardedProtocols,
  makeCertificates,
  scramUser,
} from './guarded-listeners.js';
import { kafkaJars } from './kafka-jars.js';

/** What every process has to know of a cluster; kept in its folder. */
interface ClusterFile {
  readonly classPath: string;
  /** By node, from 1. */
  readonly ports: readonly number[];
  readonly proxied: readonly ProxiedListener[];
  readonly guarded: readonly GuardedPorts[];
}

/** A second door of a broker, for clients that come through a proxy: it tells them to come to `advertised`, where nobody listens yet. */
export interface ProxiedListener {
  readonly port: number;
  readonly advertised: number;
}

const HEAP_MB = 256;
const START_TIMEOUT_MS = 60_000;

/**
 * Apache Kafka as child processes on the loopback interface: KRaft, every broker also a controller, no container engine. Everything
 * about a cluster is in its folder, so that one process may start it, another kill a broker of it and a third stop it.
 * Needs Java 17 or newer.
 */
export class KafkaCluster {
  private constructor(
    private readonly folder: string,
    private readonly file: ClusterFile,
  ) {}

  static async start(folder: string, nodes = 3): Promise<KafkaCluster> {
    mkdirSync(folder, { recursive: true });
    const ports = await freePorts(7 * nodes);
    const proxied = Array.from({ length: nodes }, (_, n) => ({
      port: ports[2 * nodes + n] ?? 0,
      advertised: ports[3 * nodes + n] ?? 0,
    }));
    const guarded = Array.from({ length: nodes }, (_, n) => ({
      scram: ports[4 * nodes + n] ?? 0,
      secure: ports[5 * nodes + n] ?? 0,
      mutual: ports[6 * nodes + n] ?? 0,
    }));
    const file: ClusterFile = { classPath: await kafkaJars(), ports: ports.slice(0, nodes), proxied, guarded };
    writeFileSync(path.join(folder, 'cluster.json'), JSON.stringify(file));
    writeFileSync(path.join(folder, 'log4j2.properties'), logging);
    const cluster = new KafkaCluster(folder, file);
    // What begins with a dash, as one in 64 would, is taken for an option.
    const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url').replace(/^-/, 'A');
    await Promise.all([
      makeCertificates(folder),
      ...cluster.nodes.map(async (node) => {
        const properties = path.join(folder, `node-${String(node)}.properties`);
        const doors = { proxied: proxied[node - 1], guarded: guarded[node - 1] };
        writeFileSync(properties, propertiesOf(folder, node, ports.slice(0, 2 * nodes), doors));
        const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', properties, '--add-scram', scramUser];
        await promisify(execFile)('java', [...cluster.#java(), ...format]);
      }),
    ]);
    await Promise.all(cluster.nodes.map((node) => cluster.start(node)));
    return cluster;
  }

  /** A cluster that another process started. */
  static at(folder: string): KafkaCluster {
    return new KafkaCluster(folder, JSON.parse(readFileSync(path.join(folder, 'cluster.json'), 'utf8')) as ClusterFile);
  }

  get nodes(): readonly number[] {
    return this.file.ports.map((_, index) => index + 1);
  }

  get brokers(): readonly string[] {
    return this.file.ports.map((port) => `127.0.0.1:${String(port)}`);
  }

  /** SASL with SCRAM-SHA-512, without TLS, as `kafkaUser`. */
  get scramBrokers(): readonly string[] {
    return this.file.guarded.map(({ scram }) => `127.0.0.1:${String(scram)}`);
  }

  /** SASL PLAIN over TLS, as `kafkaUser`. */
  get secureBrokers(): readonly string[] {
    return this.file.guarded.map(({ secure }) => `127.0.0.1:${String(secure)}`);
  }

  /** TLS on both sides: for who shows `clientCertificate`. */
  get mutualBrokers(): readonly string[] {
    return this.file.guarded.map(({ mutual }) => `127.0.0.1:${String(mutual)}`);
  }

  /** Of a client whom the brokers know, in PEM. */
  get clientCertificate(): { readonly cert: string; readonly key: string } {
    const { cert, key } = clientCertificateIn(this.folder);
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  }

  /** The certificate of the brokers' own authority, in PEM. */
  get certificate(): string {
    return readFileSync(certificateIn(this.folder), 'utf8');
  }

  /** By node, from 1. */
  get proxied(): readonly ProxiedListener[] {
    return this.file.proxied;
  }

  /** Starts a broker; one that runs is left alone. Resolves when it listens, which is before it has joined the others. */
  async start(node: number): Promise<void> {
    if (!this.#isRunning(node)) {
      const log = openSync(path.join(this.folder, `node-${String(node)}.log`), 'a');
      const properties = path.join(this.folder, `node-${String(node)}.properties`);
      const child = spawn('java', [...this.#java(), 'kafka.Kafka', properties], {
        stdio: ['ignore', log, log],
        detached: true,
      });
      child.unref();
      writeFileSync(this.#pidFile(node), String(child.pid));
    }
    for (const end = Date.now() + START_TIMEOUT_MS; !(await listens(this.file.ports[node - 1] ?? 0));) {
      if (!this.#isRunning(node)) throw new Error(`broker ${String(node)} ended; its log is in ${this.folder}`);
      if (Date.now() > end) throw new Error(`broker ${String(node)} does not listen`);
      await sleep(50);
    }
  }

  /** As a power cut does to a process: at once, with nothing written. */
  async kill(node: number): Promise<void> {
    this.#signal(node, 'SIGKILL');
    while (this.#isRunning(node)) await sleep(10);
    rmSync(this.#pidFile(node), { force: true });
  }

  freeze(node: number): void {
    this.#signal(node, 'SIGSTOP');
  }

  thaw(node: number): void {
    this.#signal(node, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.kill(node)));
  }

  /** What is in a topic as Kafka's own console consumer reads it: no client under test has a part in it. */
  async dump(topic: string): Promise<readonly string[]> {
    const reader = ['org.apache.kafka.tools.consumer.ConsoleConsumer', '--bootstrap-server', this.brokers.join(',')];
    const options = ['--topic', topic, '--from-beginning', '--timeout-ms', '4000'];
    const shown = ['print.partition=true', 'print.headers=true', 'print.key=true'];
    const { stdout } = await promisify(execFile)(
      'java',
      [...this.#java(), ...reader, ...options, ...shown.flatMap((one) => ['--formatter-property', one])],
      { maxBuffer: 1 << 29 },
    );
    return stdout.split('\n').filter((line) => line !== '');
  }

  #java(): readonly string[] {
    const heap = [`-Xms${String(HEAP_MB)}m`, `-Xmx${String(HEAP_MB)}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const logConfig = `-Dlog4j2.configurationFile=${path.join(this.folder, 'log4j2.properties')}`;
    return [...heap, logConfig, '-cp', this.file.classPath];
  }

  #pidFile(node: number): string {
    return path.join(this.folder, `node-${String(node)}.pid`);
  }

  #pid(node: number): number | undefined {
    return existsSync(this.#pidFile(node)) ? Number(readFileSync(this.#pidFile(node), 'utf8')) : undefined;
  }

  #signal(node: number, signal: NodeJS.Signals | 0): boolean {
    const pid = this.#pid(node);
    if (pid === undefined) return false;
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }

  /** A killed child of this process stays a zombie until Node has learnt of its end, which this waits for too. */
  #isRunning(node: number): boolean {
    return this.#signal(node, 0);
  }
}

const logging = `rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
appender.console.name=console
appender.console.type=Console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d %p %c: %m%n
`;

interface Doors {
  readonly proxied?: ProxiedListener | undefined;
  readonly guarded?: GuardedPorts | undefined;
}

function propertiesOf(
  folder: string,
  node: number,
  ports: readonly number[],
  { proxied = { port: 0, advertised: 0 }, guarded = { scram: 0, secure: 0, mutual: 0 } }: Doors,
): string {
  const nodes = ports.length / 2;
  const replicas = Math.min(3, nodes);
  const [client, controller] = [ports[node - 1], ports[nodes + node - 1]].map((port) => `127.0.0.1:${String(port)}`);
  const voters = Array.from({ length: nodes }, (_, n) => `${String(n + 1)}@127.0.0.1:${String(ports[nodes + n])}`);
  const properties: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': node,
    'controller.quorum.voters': voters.join(','),
    listeners: `CLIENT://${String(client)},CONTROLLER://${String(controller)},PROXIED://127.0.0.1:${String(proxied.port)},${guardedAddresses(guarded)}`,
    'advertised.listeners': `CLIENT://${String(client)},PROXIED://127.0.0.1:${String(proxied.advertised)},${guardedAddresses(guarded)}`,
    'listener.security.protocol.map': `CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,${guardedProtocols}`,
    ...guardedProperties(folder),
    'inter.broker.listener.name': 'CLIENT',
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

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<net.Server>((resolve, reject) => {
          const server = net.createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            resolve(server);
          });
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net
      .connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => {
        resolve(false);
      });
  });
