import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { freePorts, type KafkaCluster } from '#testing';
import { type Installation, loadConfig, openInstallation } from '#wiring';
import { TcpProxy } from '../proxy/tcp-proxy.js';
import { type AppName, AppProcess, type AppSettings } from './app-process.js';
import { PostgresServer } from './postgres-server.js';
import { makeTopicAnew } from './topic.js';

/** How many of each process; two where one takes over from the other. */
export type ProcessCounts = Readonly<Record<AppName, number>>;

export const allTwice: ProcessCounts = { gateway: 2, projector: 2, reactor: 2, relay: 2 };

const APPS: readonly AppName[] = ['gateway', 'projector', 'reactor', 'relay'];

/** Few, so that each has many records. */
const PARTITIONS = 6;

export interface TestedOptions {
  /** Which PostgreSQL's account can reach. */
  readonly folder: string;
  /** Another build than ours. */
  readonly program?: string | undefined;
  readonly counts: ProcessCounts;
  /** Of PostgreSQL. */
  readonly serverSettings?: Readonly<Record<string, string>> | undefined;
  /** How long gateways work on that are to stop. */
  readonly shutdownDelayMs?: number | undefined;
  /** Without brokers there is no relay, and projectors read the store. */
  readonly cluster?: KafkaCluster | undefined;
  /** Proxies between its brokers, by name. */
  readonly links?: ReadonlyMap<string, TcpProxy> | undefined;
}

interface Parts {
  readonly apps: ReadonlyMap<string, AppProcess>;
  /** By `<process> > <server>`. */
  readonly proxies: ReadonlyMap<string, TcpProxy>;
  readonly gatewayUrls: readonly string[];
  readonly key: string;
  /** Of the checker: no fault is between it and the database. */
  readonly observer: Installation;
  readonly owner: pg.Pool;
  readonly postgres: PostgresServer;
  readonly cluster: KafkaCluster | undefined;
}

/** A whole Safar as real processes on a PostgreSQL of its own, each reached through a proxy. */
export class TestedInstallation {
  readonly apps: Parts['apps'];
  readonly proxies: Parts['proxies'];
  readonly gatewayUrls: Parts['gatewayUrls'];
  readonly key: string;
  readonly observer: Installation;
  readonly owner: pg.Pool;
  readonly cluster: KafkaCluster | undefined;

  private constructor(private readonly parts: Parts) {
    ({
      apps: this.apps,
      proxies: this.proxies,
      gatewayUrls: this.gatewayUrls,
      key: this.key,
      observer: this.observer,
      owner: this.owner,
      cluster: this.cluster,
    } = parts);
  }

  static async start(options: TestedOptions): Promise<TestedInstallation> {
    const { folder, program, counts, cluster, links = [], serverSettings, shutdownDelayMs = 0 } = options;
    const postgres = await PostgresServer.start(serverSettings);
    const dataDir = path.join(folder, 'data');
    mkdirSync(dataDir);
    const shared = {
      SAFAR_DATA_DIR: dataDir,
      SAFAR_MASTER_KEY: randomBytes(32).toString('base64'),
      SAFAR_LOG_LEVEL: 'warn',
      SAFAR_RATE_ITEMS_PER_SECOND: '100000',
      // Half of what is usual: what hangs is to be started again while the run lasts.
      SAFAR_STALLED_AFTER_MS: '30000',
      SAFAR_HTTP_SHUTDOWN_DELAY_MS: String(shutdownDelayMs),
    };
    const observer = await openInstallation(loadConfig({ ...shared, SAFAR_DATABASE_URL: postgres.url }), {
      program: 'observer',
    });
    const { key } = await observer.access.apiKeys.create(
      { name: 'workload', scopes: ['admin'] },
      { kind: 'operator', id: 'faults' },
    );
    const owner = new pg.Pool({ connectionString: postgres.url, max: 4 });
    owner.on('error', () => undefined);
    const proxies = new Map<string, TcpProxy>(links);
    const kafka = cluster ? await behindProxies(cluster, proxies) : {};
    const settings = { environment: { ...shared, ...kafka }, folder, program };
    const { apps, gatewayUrls } = await declareApps(
      settings,
      cluster ? counts : { ...counts, relay: 0 },
      postgres,
      proxies,
    );
    return new TestedInstallation({ apps, proxies, gatewayUrls, key, observer, owner, postgres, cluster });
  }

  async startApps(): Promise<void> {
    for (const app of this.apps.values()) app.start();
    await this.untilReady();
  }

  async untilReady(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.untilReady()));
  }

  /** What those say that do not become ready. */
  async unready(): Promise<readonly string[]> {
    const outcomes = await Promise.allSettled([...this.apps.values()].map((app) => app.untilReady()));
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []));
  }

  /** The whole server, at once; its keeper starts it again. */
  killPostgres(): void {
    this.parts.postgres.kill();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.stop()));
    await Promise.all([...this.proxies.values()].map((proxy) => proxy.close()));
    await this.owner.end();
    await this.observer.close();
    await this.parts.postgres.stop();
  }
}

/** Clients of the brokers come through a proxy for each; what they have to know of it. */
async function behindProxies(
  cluster: KafkaCluster,
  proxies: Map<string, TcpProxy>,
): Promise<Readonly<Record<string, string>>> {
  for (const [index, { port, advertised }] of cluster.proxied.entries())
    proxies.set(`kafka-${String(index + 1)}`, await TcpProxy.open(port, advertised));
  await makeTopicAnew(cluster, PARTITIONS);
  const brokers = cluster.proxied.map(({ advertised }) => `127.0.0.1:${String(advertised)}`);
  return { SAFAR_KAFKA_BROKERS: brokers.join(','), SAFAR_KAFKA_PARTITIONS: String(PARTITIONS) };
}

type Shared = Pick<AppSettings, 'environment' | 'folder' | 'program'>;

async function declareApps(
  { environment, ...settings }: Shared,
  counts: ProcessCounts,
  postgres: PostgresServer,
  proxies: Map<string, TcpProxy>,
): Promise<Pick<Parts, 'apps' | 'gatewayUrls'>> {
  const names = APPS.flatMap((app) =>
    Array.from({ length: counts[app] }, (_, n) => ({ app, name: `${app}-${String(n + 1)}` })),
  );
  const ports = await freePorts(2 * names.length);
  const apps = new Map<string, AppProcess>();
  const gatewayUrls: string[] = [];
  for (const [index, { app, name }] of names.entries()) {
    const [internalPort = 0, httpPort = 0] = [ports[2 * index], ports[2 * index + 1]];
    const proxy = await TcpProxy.open(postgres.port);
    proxies.set(`${name} > postgres`, proxy);
    const url = new URL(postgres.url);
    url.port = String(proxy.port);
    const own = {
      SAFAR_DATABASE_URL: url.toString(),
      ...(app === 'gateway' && { SAFAR_HTTP_PORT: String(httpPort) }),
    };
    apps.set(name, new AppProcess({ ...settings, name, app, environment: { ...environment, ...own }, internalPort }));
    if (app === 'gateway') gatewayUrls.push(`http://127.0.0.1:${String(httpPort)}`);
  }
  return { apps, gatewayUrls };
}
