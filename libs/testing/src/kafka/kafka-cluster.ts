import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../ports.js';
import { logging, propertiesOf, type ProxiedListener } from './broker-properties.js';
import {
  certificateIn,
  clientCertificateIn,
  type GuardedPorts,
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
  /** For the other brokers, who follow its partitions through it. */
  readonly between: readonly ProxiedListener[];
  readonly guarded: readonly GuardedPorts[];
}

export interface ClusterOptions {
  readonly nodes?: number;
  /**
   * Something between the brokers, which has to listen at each `advertised` when this is over, before any of them starts.
   * Without it they come to each other as they are.
   */
  readonly between?: (listeners: readonly ProxiedListener[]) => Promise<void>;
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

  static async start(folder: string, { nodes = 3, between: join }: ClusterOptions = {}): Promise<KafkaCluster> {
    mkdirSync(folder, { recursive: true });
    const ports = await freePorts(9 * nodes);
    const proxied = Array.from({ length: nodes }, (_, n) => ({
      port: ports[2 * nodes + n] ?? 0,
      advertised: ports[3 * nodes + n] ?? 0,
    }));
    const between = Array.from({ length: nodes }, (_, n) => ({
      port: ports[7 * nodes + n] ?? 0,
      advertised: ports[(join ? 8 : 7) * nodes + n] ?? 0,
    }));
    const guarded = Array.from({ length: nodes }, (_, n) => ({
      scram: ports[4 * nodes + n] ?? 0,
      secure: ports[5 * nodes + n] ?? 0,
      mutual: ports[6 * nodes + n] ?? 0,
    }));
    const own = ports.slice(0, nodes);
    const file: ClusterFile = { classPath: await kafkaJars(), ports: own, proxied, between, guarded };
    writeFileSync(path.join(folder, 'cluster.json'), JSON.stringify(file));
    writeFileSync(path.join(folder, 'log4j2.properties'), logging);
    const cluster = new KafkaCluster(folder, file);
    // What begins with a dash, as one in 64 would, is taken for an option.
    const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url').replace(/^-/, 'A');
    await Promise.all([
      makeCertificates(folder),
      ...cluster.nodes.map(async (node) => {
        const properties = path.join(folder, `node-${String(node)}.properties`);
        const doors = { proxied: proxied[node - 1], between: between[node - 1], guarded: guarded[node - 1] };
        writeFileSync(properties, propertiesOf(folder, node, ports.slice(0, 2 * nodes), doors));
        const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', properties, '--add-scram', scramUser];
        await promisify(execFile)('java', [...cluster.#java(), ...format]);
      }),
    ]);
    await join?.(between);
    await Promise.all(cluster.nodes.map((node) => cluster.start(node)));
    return cluster;
  }

  /** Nobody listens, and there is nobody to kill. */
  static readonly none = new KafkaCluster('', { classPath: '', ports: [], proxied: [], between: [], guarded: [] });

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
