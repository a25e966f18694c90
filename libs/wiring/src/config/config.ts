import path from 'node:path';
import { isRole } from '#contracts';
import { type OidcSettings, type SessionLimits } from '#platform/access';
import { type UnusedLimits } from '#platform/attachments';
import { type EventStoreDbPlace } from '#platform/event-store';
import { getMetadataStorage, validateSync } from 'class-validator';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.js';
import { browserOrigins, logLevels, rolePairs, SafarEnvironment } from './environment.dto.js';
import { withFiles } from './files.js';
import { kafkaOf, type KafkaConfig } from './kafka-config.js';
import { nearestName } from './nearest-name.js';

export type LogLevel = (typeof logLevels)[number];

export interface HttpConfig {
  readonly host: string;
  /** Origin under which browsers reach Safar, for example `https://safar.example.com`; without it, the host that they ask for. */
  readonly publicUrl: string | undefined;
  /** Sites whose pages may send what SDKs send, each as its origin; `*`: all of them. */
  readonly browserOrigins: '*' | readonly string[];
  /** 0: any free port. */
  readonly port: number;
  /** One request that is not streamed. */
  readonly bodyLimitBytes: number;
  /** One uploaded file. */
  readonly attachmentLimitBytes: number;
  /** All bodies in memory together. */
  readonly bodyBudgetBytes: number;
  /** Whose body comes slower loses its room in memory when others need it. */
  readonly bodyFloorBytesPerSecond: number;
  readonly liveStreams: number;
  /** Writes that are worked on at once; more are refused before they are read. */
  readonly writesInFlight: number;
  /** Touchpoints that are worked on at once, of all writes together. */
  readonly itemsInFlight: number;
  /** NDJSON uploads that are read at once. */
  readonly uploadsInFlight: number;
  /** While writes take longer than this, fewer are let in. */
  readonly writeLatencyMs: number;
  /** While the event loop is later than this, no writes are let in. */
  readonly loopDelayMs: number;
  /** What each caller may send; a request counts as one item, one with a batch as its items. */
  readonly rates: {
    readonly itemsPerSecond: number;
    /** In each minute, beside what the seconds allow. */
    readonly burstItems: number;
    /** The same for an address from which nobody says who they are. */
    readonly anonymousPerSecond: number;
    readonly anonymousBurst: number;
  };
  /** Addresses and networks (CIDR) of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** How long an event of a live timeline may wait before its reader is cut off. */
  readonly slowReaderTimeoutMs: number;
  /** How long it works on after it was asked to stop, not ready any more: until load balancers have seen that. */
  readonly shutdownDelayMs: number;
  /** How long requests may finish after that. */
  readonly shutdownTimeoutMs: number;
}

export interface Config {
  /** A trial: secrets that everybody knows are allowed. */
  readonly demo: boolean;
  /** Without it, PostgreSQL runs inside the data folder. */
  readonly databaseUrl: string | undefined;
  /** Where the log is; without it, in the database. */
  readonly eventStoreDb: EventStoreDbPlace | undefined;
  /** Absolute. */
  readonly dataDir: string;
  /** As text: base64, several with commas between, oldest first. Without it, one is made and kept in the data folder. */
  readonly masterKey: string | undefined;
  readonly logLevel: LogLevel;
  /** ISO 3166-1; the country of telephone numbers without a country code. */
  readonly defaultRegion: string;
  /** IANA name: where today ends for people who do not say otherwise. */
  readonly timeZone: string;
  readonly http: HttpConfig;
  /** Port of health and metrics for what runs beside the process, on `http.host`; none unless it is asked for. */
  readonly internalPort: number | undefined;
  readonly store: { readonly queueLimit: number };
  readonly reads: { readonly waitTimeoutMs: number };
  /** How long messages are kept that cannot be used and name nobody, whom no erasure could find. */
  readonly quarantine: { readonly unnamedRetentionMs: number };
  /** How many uploads, and how much of them, may be kept that nothing refers to. */
  readonly attachments: UnusedLimits;
  readonly sessions: SessionLimits;
  /** An issuer at which people sign in; without it, passwords only. */
  readonly oidc: OidcSettings | undefined;
  /** What lies between the store and projectors; without it they read the store. */
  readonly kafka: KafkaConfig | undefined;
  /** After so long without progress, although there is something to do, a relay or projector ends. */
  readonly stalledAfterMs: number;
  /** Without an endpoint no traces are taken. */
  readonly tracing: { readonly endpoint: string | undefined };
}

const DAY_MS = 86_400_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of the variables, from the rules themselves: no list beside them. */
const variables = [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(SafarEnvironment, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/** Set for the test run by its global set-up; not Safar's. */
const FOREIGN_PREFIX = 'SAFAR_TEST_';

/**
 * The configuration from the `SAFAR_*` variables of an environment; an empty one counts as not set. What is given as a file is read.
 * @throws ConfigurationError with everything that is wrong at once.
 */
export function loadConfig(environment: Environment): Config {
  const given = Object.entries(environment).flatMap(([name, value]): readonly (readonly [string, string])[] =>
    name.startsWith('SAFAR_') && !name.startsWith(FOREIGN_PREFIX) && value !== undefined && value !== ''
      ? [[name, value]]
      : [],
  );
  const { settings: set, problems: unread } = withFiles(given, variables);
  const known = Object.assign(
    new SafarEnvironment(),
    Object.fromEntries(set.filter(([name]) => variables.includes(name))),
  );
  const problems = [...unread, ...set.flatMap(([name]) => unknownVariable(name)), ...brokenRules(known)];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return toConfig(known);
}

function unknownVariable(name: string): readonly ConfigurationProblem[] {
  if (variables.includes(name)) return [];
  const meant = nearestName(name, variables);
  const remedy = meant === undefined ? `The variables are ${variables.join(', ')}.` : `Did you mean ${meant}?`;
  return [{ variable: name, problem: 'is not a variable of Safar', remedy }];
}

function brokenRules(environment: SafarEnvironment): readonly ConfigurationProblem[] {
  return validateSync(environment, { forbidUnknownValues: true }).flatMap(
    ({ property, constraints = {}, contexts = {} }) =>
      Object.entries(constraints).map(([rule, problem]) => {
        const context: unknown = contexts[rule];
        return { variable: property, problem, remedy: remedyOf(context) };
      }),
  );
}

const remedyOf = (context: unknown): string =>
  typeof context === 'object' && context !== null && 'remedy' in context && typeof context.remedy === 'string'
    ? context.remedy
    : '';

function toConfig(environment: SafarEnvironment): Config {
  const whole = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : Number(text);
  return Object.freeze({
    demo: environment.SAFAR_DEMO === 'true',
    databaseUrl: environment.SAFAR_DATABASE_URL,
    dataDir: path.resolve(environment.SAFAR_DATA_DIR ?? '.safar'),
    masterKey: environment.SAFAR_MASTER_KEY,
    logLevel: logLevels.find((level) => level === environment.SAFAR_LOG_LEVEL) ?? 'info',
    defaultRegion: environment.SAFAR_DEFAULT_REGION ?? 'IR',
    timeZone: environment.SAFAR_TIME_ZONE ?? 'UTC',
    http: Object.freeze({
      host: environment.SAFAR_HTTP_HOST ?? '127.0.0.1',
      publicUrl: environment.SAFAR_PUBLIC_URL === undefined ? undefined : new URL(environment.SAFAR_PUBLIC_URL).origin,
      browserOrigins: browserOriginsOf(environment.SAFAR_BROWSER_ORIGINS ?? '*'),
      port: whole(environment.SAFAR_HTTP_PORT, 3000),
      bodyLimitBytes: whole(environment.SAFAR_HTTP_BODY_LIMIT_BYTES, 4_194_304),
      attachmentLimitBytes: whole(environment.SAFAR_ATTACHMENT_LIMIT_BYTES, 10_485_760),
      // Sixteen of the largest requests, or tens of thousands of ordinary ones.
      bodyBudgetBytes: whole(environment.SAFAR_HTTP_BODY_BUDGET_BYTES, 67_108_864),
      bodyFloorBytesPerSecond: whole(environment.SAFAR_HTTP_BODY_FLOOR_BYTES_PER_SECOND, 1_024),
      liveStreams: whole(environment.SAFAR_HTTP_LIVE_STREAMS, 1_000),
      writesInFlight: whole(environment.SAFAR_HTTP_WRITES_IN_FLIGHT, 256),
      // Half of what the store queues: another process may write too.
      itemsInFlight: whole(environment.SAFAR_HTTP_ITEMS_IN_FLIGHT, 5_000),
      uploadsInFlight: whole(environment.SAFAR_HTTP_UPLOADS_IN_FLIGHT, 64),
      writeLatencyMs: whole(environment.SAFAR_HTTP_WRITE_LATENCY_MS, 1_000),
      loopDelayMs: whole(environment.SAFAR_HTTP_LOOP_DELAY_MS, 500),
      rates: Object.freeze({
        itemsPerSecond: whole(environment.SAFAR_RATE_ITEMS_PER_SECOND, 10_000),
        burstItems: whole(environment.SAFAR_RATE_BURST_ITEMS, 100_000),
        anonymousPerSecond: whole(environment.SAFAR_RATE_ANONYMOUS_PER_SECOND, 20),
        anonymousBurst: whole(environment.SAFAR_RATE_ANONYMOUS_BURST, 200),
      }),
      trustedProxies: Object.freeze(
        (environment.SAFAR_HTTP_TRUSTED_PROXIES ?? '').split(',').filter((proxy) => proxy !== ''),
      ),
      slowReaderTimeoutMs: whole(environment.SAFAR_HTTP_SLOW_READER_TIMEOUT_MS, 20_000),
      shutdownDelayMs: whole(environment.SAFAR_HTTP_SHUTDOWN_DELAY_MS, 0),
      shutdownTimeoutMs: whole(environment.SAFAR_HTTP_SHUTDOWN_TIMEOUT_MS, 10_000),
    }),
    internalPort: environment.SAFAR_INTERNAL_PORT === undefined ? undefined : Number(environment.SAFAR_INTERNAL_PORT),
    store: Object.freeze({ queueLimit: whole(environment.SAFAR_STORE_QUEUE_LIMIT, 10_000) }),
    eventStoreDb: eventStoreDbOf(environment),
    kafka: kafkaOf(environment),
    stalledAfterMs: whole(environment.SAFAR_STALLED_AFTER_MS, 60_000),
    quarantine: Object.freeze({ unnamedRetentionMs: whole(environment.SAFAR_QUARANTINE_UNNAMED_DAYS, 7) * DAY_MS }),
    attachments: Object.freeze({
      // A thousand small ones cost as much as a large one.
      files: 20_000,
      bytes: whole(environment.SAFAR_ATTACHMENT_UNUSED_BYTES, 1_073_741_824),
      filesOfUploader: 1_000,
      bytesOfUploader: whole(environment.SAFAR_ATTACHMENT_UNUSED_BYTES_EACH, 104_857_600),
    }),
    oidc: oidcOf(environment),
    sessions: Object.freeze({
      idleTimeoutMs: whole(environment.SAFAR_SESSION_IDLE_TIMEOUT_MS, 3_600_000),
      lifetimeMs: whole(environment.SAFAR_SESSION_LIFETIME_MS, 43_200_000),
    }),
    tracing: Object.freeze({ endpoint: environment.SAFAR_OTEL_ENDPOINT }),
    reads: Object.freeze({ waitTimeoutMs: whole(environment.SAFAR_READ_WAIT_TIMEOUT_MS, 5_000) }),
  });
}

function eventStoreDbOf({
  SAFAR_EVENTSTORE_URL: url,
  SAFAR_EVENTSTORE_NAMESPACE: namespace,
}: SafarEnvironment): EventStoreDbPlace | undefined {
  return url === undefined ? undefined : Object.freeze({ url, namespace: namespace ?? 'safar' });
}

const browserOriginsOf = (text: string): HttpConfig['browserOrigins'] =>
  text === '*' ? text : Object.freeze(browserOrigins(text).filter((origin) => origin !== undefined));

/** The rules have seen to it that all are there, or none. */
function oidcOf(environment: SafarEnvironment): OidcSettings | undefined {
  const { SAFAR_OIDC_ISSUER: issuer, SAFAR_OIDC_CLIENT_ID: clientId, SAFAR_PUBLIC_URL: publicUrl } = environment;
  if (issuer === undefined || clientId === undefined || publicUrl === undefined) return undefined;
  return Object.freeze({
    issuer,
    clientId,
    clientSecret: environment.SAFAR_OIDC_CLIENT_SECRET,
    scope: environment.SAFAR_OIDC_SCOPE ?? 'openid profile email',
    rolesClaim: environment.SAFAR_OIDC_ROLES_CLAIM ?? 'roles',
    roleMap: Object.freeze(roleMapOf(environment.SAFAR_OIDC_ROLE_MAP ?? '')),
    redirectUri: `${new URL(publicUrl).origin}/v1/session/oidc/callback`,
  });
}

const roleMapOf = (text: string): OidcSettings['roleMap'] =>
  Object.fromEntries(
    rolePairs(text).flatMap(([name, role]) => (role !== undefined && isRole(role) ? [[name, role]] : [])),
  );
