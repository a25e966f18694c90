import { isIP } from 'node:net';
import { IsOptional, ValidateBy, type ValidationArguments } from 'class-validator';
import { isRole, isTimeZoneName, roles } from '#contracts';
import { saslMechanisms } from '#platform/bus';
import { eventStoreDbAddress } from '#platform/event-store';
import { connectionOf } from '#platform/postgres';
import { areMasterKeys, areSecretKeys, isWellKnownPassword } from './secrets.js';

type Check = (value: string, all: SafarEnvironment) => boolean;

/** A rule for a variable that is set: what is wrong when it does not hold, and what to do about it. */
function Rule(problem: string, remedy: string, holds: Check): PropertyDecorator {
  return (target, property) => {
    IsOptional()(target, property);
    ValidateBy(
      {
        // Two rules on one variable must not replace each other: class-validator tells them apart by this name.
        name: problem,
        validator: {
          validate: (value: unknown, found?: ValidationArguments) =>
            typeof value === 'string' && found?.object instanceof SafarEnvironment && holds(value, found.object),
          defaultMessage: () => problem,
        },
      },
      { context: { remedy } },
    )(target, property);
  };
}

/** @param unit in the plural, for people. */
const Whole = (least: number, most: number, unit: string, remedy: string): PropertyDecorator =>
  Rule(
    `must be a whole number of ${unit} from ${String(least)} to ${String(most)}`,
    remedy,
    // Digits only: Number() would also take "0x10", "1e3" and " 5 ".
    (value) => /^\d{1,12}$/.test(value) && Number(value) >= least && Number(value) <= most,
  );

/** `support=agent,it=admin`; names may hold `=`. */
export const rolePairs = (text: string): readonly (readonly [name: string, role: string | undefined])[] =>
  text.split(',').map((pair) => {
    const at = pair.lastIndexOf('=');
    return at === -1 ? [pair.trim(), undefined] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });

/** Each as browsers write it (RFC 6454 §6.2: small letters, no usual port), or nothing where it is no origin of a site. */
export const browserOrigins = (text: string): readonly (string | undefined)[] =>
  text.split(',').map((each) => {
    const value = each.trim();
    if (!URL.canParse(value)) return undefined;
    const { protocol, origin, href, hostname } = new URL(value);
    // A pattern would be compared, and match nobody.
    if (hostname.includes('*')) return undefined;
    // Of other schemes the origin is `null`, which any sandboxed frame may call itself.
    return href === `${origin}/` && ['https:', 'http:'].includes(protocol) ? origin : undefined;
  });

const besideIssuer: Check = (_value, { SAFAR_OIDC_ISSUER }) => SAFAR_OIDC_ISSUER !== undefined;

const isPort = (value: string): boolean => /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
const besideBrokers: Check = (_value, { SAFAR_KAFKA_BROKERS }) => SAFAR_KAFKA_BROKERS !== undefined;
const overTls: Check = (_value, { SAFAR_KAFKA_TLS }) => SAFAR_KAFKA_TLS === 'true';
const besideMechanism: Check = (_value, { SAFAR_KAFKA_SASL_MECHANISM }) => SAFAR_KAFKA_SASL_MECHANISM !== undefined;
const needsBrokers = ['needs SAFAR_KAFKA_BROKERS beside it', 'Set it too, or neither.', besideBrokers] as const;
const needsTls = ['needs SAFAR_KAFKA_TLS=true beside it', 'Set it too, or neither.', overTls] as const;

const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    choices.includes(value);

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * Every variable that Safar reads, as text, each with its rules. A variable that is not here is a spelling mistake and stops the start.
 * Defaults are in `config.ts`.
 */
export class SafarEnvironment {
  @Rule('must be true or false', 'Set true for a trial with throw-away data only.', oneOf('true', 'false'))
  SAFAR_DEMO?: string;

  @Rule(
    'must be the URL of a PostgreSQL server',
    'Write it as postgres://user:password@host:5432/database, or leave it unset to use the server that comes with Safar.',
    isPostgresUrl,
  )
  @Rule(
    'has a password that everybody knows',
    'Give the database user another password, or set SAFAR_DEMO=true for a trial.',
    (value, { SAFAR_DEMO }) =>
      SAFAR_DEMO === 'true' || !isPostgresUrl(value) || !isWellKnownPassword(connectionOf(value)?.password ?? ''),
  )
  SAFAR_DATABASE_URL?: string;

  @Rule(
    'must be the connection string of an EventStoreDB',
    'Write it as esdb://user:password@host:2113, or leave it unset to keep the log in PostgreSQL.',
    (value) => eventStoreDbAddress(value) !== undefined,
  )
  @Rule(
    'has a password that everybody knows',
    'Give the user another password, or set SAFAR_DEMO=true for a trial.',
    (value, { SAFAR_DEMO }) =>
      SAFAR_DEMO === 'true' || !isWellKnownPassword(eventStoreDbAddress(value)?.password ?? ''),
  )
  @Rule(
    'has a password that tls=false keeps from being sent: such a server asks nobody who they are',
    'Take out tls=false, or the user and the password; or set SAFAR_DEMO=true for a trial.',
    (value, { SAFAR_DEMO }) => SAFAR_DEMO === 'true' || !hasUnsentPassword(value),
  )
  @Rule(
    'has throwOnAppendFailure=false, with which the client reports wrong revisions',
    'Take it out.',
    (value) => eventStoreDbAddress(value)?.throwsOnFailure !== false,
  )
  SAFAR_EVENTSTORE_URL?: string;

  @Rule(
    'needs SAFAR_EVENTSTORE_URL beside it',
    'Set it too, or neither.',
    (_value, { SAFAR_EVENTSTORE_URL }) => SAFAR_EVENTSTORE_URL !== undefined,
  )
  @Rule(
    'must have up to 40 lower case letters, digits and underscores, the first a letter',
    'It begins the names of all streams of this installation; leave it unset for safar.',
    (value) => /^[a-z][a-z0-9_]{0,39}$/.test(value),
  )
  SAFAR_EVENTSTORE_NAMESPACE?: string;

  @Rule('must be the path of a folder', 'Leave it unset for ./.safar.', (value) => !value.includes('\0'))
  SAFAR_DATA_DIR?: string;

  @Rule(
    'must be 32 bytes in base64, or several of them with commas between',
    'Make one with: openssl rand -base64 32. Keep it: what it sealed cannot be read without it.',
    areMasterKeys,
  )
  @Rule(
    'is not a secret: everybody could guess it',
    'Make one with: openssl rand -base64 32.',
    (value) => !areMasterKeys(value) || areSecretKeys(value),
  )
  SAFAR_MASTER_KEY?: string;

  @Rule(`must be one of ${logLevels.join(', ')}`, 'Leave it unset for info.', oneOf(...logLevels))
  SAFAR_LOG_LEVEL?: string;

  @Rule(
    'must be the http or https address of an OpenTelemetry collector, without a user in it',
    'Write it as http://127.0.0.1:4318, or leave it unset to take no traces. OTEL_EXPORTER_OTLP_HEADERS is for its password.',
    isCollectorUrl,
  )
  SAFAR_OTEL_ENDPOINT?: string;

  // The next two are for people at a shell; they are here so that a shell that has them can start everything.
  @Rule('must be 1', 'Leave it unset to see errors without where they happened.', oneOf('1'))
  SAFAR_DEBUG?: string;

  @Rule('must be an API key', 'Make one with: safar keys create.', (value) => value.startsWith('safar_'))
  SAFAR_KEY?: string;

  @Rule(
    'must be an ISO 3166-1 country code of two capital letters',
    'It is the country of telephone numbers without a country code; leave it unset for IR.',
    (value) => /^[A-Z]{2}$/.test(value),
  )
  SAFAR_DEFAULT_REGION?: string;

  @Rule(
    'must be an IANA time zone, such as Asia/Tehran',
    'It is where today ends for what was promised for today; leave it unset for UTC.',
    isTimeZoneName,
  )
  SAFAR_TIME_ZONE?: string;

  @Rule(
    'must be an address or a host name',
    'Leave it unset for 127.0.0.1, or set 0.0.0.0 to be reached from other machines.',
    (value) => /^[0-9A-Za-z.:_-]{1,255}$/.test(value),
  )
  SAFAR_HTTP_HOST?: string;

  @Rule('must be a port from 0 to 65535', 'Leave it unset for 3000; 0 takes any free port.', isPort)
  SAFAR_HTTP_PORT?: string;

  @Rule(
    'must be a port from 0 to 65535',
    'Health and metrics without a key are there: leave it unset, or let nobody outside reach it.',
    isPort,
  )
  SAFAR_INTERNAL_PORT?: string;

  @Whole(32_768, 67_108_864, 'bytes', 'It limits one request that is not streamed; leave it unset for 4194304.')
  SAFAR_HTTP_BODY_LIMIT_BYTES?: string;

  @Whole(
    4_194_304,
    4_294_967_296,
    'bytes',
    'It limits all request bodies in memory together; leave it unset for 67108864.',
  )
  SAFAR_HTTP_BODY_BUDGET_BYTES?: string;

  @Whole(
    1,
    1_048_576,
    'bytes a second',
    'Slower bodies make room when memory for them is needed; leave it unset for 1024.',
  )
  SAFAR_HTTP_BODY_FLOOR_BYTES_PER_SECOND?: string;

  @Whole(1, 100_000, 'streams', 'It limits how many live timelines are open at once; leave it unset for 1000.')
  SAFAR_HTTP_LIVE_STREAMS?: string;

  @Whole(16, 100_000, 'writes', 'It limits how many writes are worked on at once; leave it unset for 256.')
  SAFAR_HTTP_WRITES_IN_FLIGHT?: string;

  @Whole(
    100,
    1_000_000,
    'touchpoints',
    'It limits how many touchpoints are worked on at once; leave it unset for 5000.',
  )
  SAFAR_HTTP_ITEMS_IN_FLIGHT?: string;

  @Whole(1, 10_000, 'uploads', 'It limits how many NDJSON uploads are read at once; leave it unset for 64.')
  SAFAR_HTTP_UPLOADS_IN_FLIGHT?: string;

  @Whole(10, 60_000, 'milliseconds', 'Fewer writes are let in while they take longer; leave it unset for 1000.')
  SAFAR_HTTP_WRITE_LATENCY_MS?: string;

  @Whole(10, 60_000, 'milliseconds', 'Writes are refused while the event loop is later; leave it unset for 500.')
  SAFAR_HTTP_LOOP_DELAY_MS?: string;

  @Whole(1, 10_000_000, 'items', 'It limits what one caller sends in a second; leave it unset for 10000.')
  SAFAR_RATE_ITEMS_PER_SECOND?: string;

  @Whole(1, 100_000_000, 'items', 'It is what one caller may send beyond that in a minute; leave it unset for 100000.')
  SAFAR_RATE_BURST_ITEMS?: string;

  @Whole(1, 10_000_000, 'requests', 'It limits an address that does not say who calls; leave it unset for 20.')
  SAFAR_RATE_ANONYMOUS_PER_SECOND?: string;

  @Whole(1, 100_000_000, 'requests', 'It is what such an address may send beyond that in a minute; unset for 200.')
  SAFAR_RATE_ANONYMOUS_BURST?: string;

  @Rule(
    'must be addresses or networks with commas between',
    'Write it as 10.0.0.5,192.168.0.0/16: the proxies in front of Safar. Leave it unset when there are none.',
    (value) => value.split(',').every(isNetwork),
  )
  SAFAR_HTTP_TRUSTED_PROXIES?: string;

  @Whole(
    100,
    300_000,
    'milliseconds',
    'It limits how long a live timeline waits for its reader; leave it unset for 20000.',
  )
  SAFAR_HTTP_SLOW_READER_TIMEOUT_MS?: string;

  @Whole(
    0,
    300_000,
    'milliseconds',
    'It is how long a gateway that is to stop works on, so that load balancers see that it is not ready; leave it unset for 0.',
  )
  SAFAR_HTTP_SHUTDOWN_DELAY_MS?: string;

  @Whole(0, 300_000, 'milliseconds', 'It limits how long requests may finish at shutdown; leave it unset for 10000.')
  SAFAR_HTTP_SHUTDOWN_TIMEOUT_MS?: string;

  @Rule(
    'must be the https origin of Safar, without a path',
    'Write it as https://safar.example.com, as browsers show it; http is for localhost and for trials (SAFAR_DEMO=true).',
    (value, { SAFAR_DEMO }) => isOrigin(value, SAFAR_DEMO === 'true'),
  )
  SAFAR_PUBLIC_URL?: string;

  @Rule(
    'must be * or origins with commas between, each without a path',
    'Write it as https://shop.example.com,https://www.example.com:8443, as browsers show them: the sites whose pages send. Leave it unset for *.',
    (value) => value === '*' || browserOrigins(value).every((origin) => origin !== undefined),
  )
  @Rule('must have at most 100 origins', 'One write key serves many sites.', (value) => value.split(',').length <= 100)
  SAFAR_BROWSER_ORIGINS?: string;

  @Rule(
    'must be the https address of an issuer of OpenID Connect',
    'Write it as its /.well-known/openid-configuration says; http is for localhost and for trials (SAFAR_DEMO=true).',
    (value, { SAFAR_DEMO }) => isIssuer(value, SAFAR_DEMO === 'true'),
  )
  @Rule(
    'needs SAFAR_OIDC_CLIENT_ID, SAFAR_OIDC_ROLE_MAP and SAFAR_PUBLIC_URL beside it',
    'Register Safar at the issuer with the redirect URI <SAFAR_PUBLIC_URL>/v1/session/oidc/callback.',
    (_value, all) =>
      [all.SAFAR_OIDC_CLIENT_ID, all.SAFAR_OIDC_ROLE_MAP, all.SAFAR_PUBLIC_URL].every((each) => each !== undefined),
  )
  SAFAR_OIDC_ISSUER?: string;

  @Rule('needs SAFAR_OIDC_ISSUER beside it', 'Set it too, or neither.', besideIssuer)
  @Rule('must have at most 500 characters', 'Take it from the issuer.', (value) => value.length <= 500)
  SAFAR_OIDC_CLIENT_ID?: string;

  @Rule('needs SAFAR_OIDC_ISSUER beside it', 'Set it too, or neither.', besideIssuer)
  @Rule(
    'is a secret that everybody knows',
    'Let the issuer make another, or set SAFAR_DEMO=true for a trial.',
    (value, { SAFAR_DEMO }) => SAFAR_DEMO === 'true' || !isWellKnownPassword(value),
  )
  SAFAR_OIDC_CLIENT_SECRET?: string;

  @Rule('needs SAFAR_OIDC_ISSUER beside it', 'Set it too, or neither.', besideIssuer)
  @Rule(
    'must be scopes with spaces between, openid among them',
    'Leave it unset for openid profile email.',
    (value) => /^[!-~]+( [!-~]+)*$/.test(value) && value.split(' ').includes('openid'),
  )
  SAFAR_OIDC_SCOPE?: string;

  @Rule('needs SAFAR_OIDC_ISSUER beside it', 'Set it too, or neither.', besideIssuer)
  @Rule(
    'must be the name of a claim, or a path into one',
    'Leave it unset for roles; Keycloak has realm_access.roles.',
    (value) => /^[!-~]{1,200}$/.test(value),
  )
  SAFAR_OIDC_ROLES_CLAIM?: string;

  @Rule('needs SAFAR_OIDC_ISSUER beside it', 'Set it too, or neither.', besideIssuer)
  @Rule(
    'must say which value of the claim is which role',
    `Write it as support=agent,it=admin; the roles are ${roles.join(', ')}.`,
    (value) => rolePairs(value).every(([name, role]) => name !== '' && role !== undefined && isRole(role)),
  )
  SAFAR_OIDC_ROLE_MAP?: string;

  @Whole(300_000, 86_400_000, 'milliseconds', 'It ends sessions that nobody uses; leave it unset for 3600000.')
  SAFAR_SESSION_IDLE_TIMEOUT_MS?: string;

  @Whole(600_000, 2_592_000_000, 'milliseconds', 'It ends every session; leave it unset for 43200000.')
  SAFAR_SESSION_LIFETIME_MS?: string;

  @Whole(100, 1_000_000, 'events', 'It limits what waits in front of the store; leave it unset for 10000.')
  SAFAR_STORE_QUEUE_LIMIT?: string;

  @Whole(65_536, 33_554_432, 'bytes', 'It limits one uploaded file; leave it unset for 10485760.')
  SAFAR_ATTACHMENT_LIMIT_BYTES?: string;

  @Whole(
    65_536,
    1_099_511_627_776,
    'bytes',
    'It limits all uploads that nothing refers to yet; leave it unset for 1073741824.',
  )
  SAFAR_ATTACHMENT_UNUSED_BYTES?: string;

  @Whole(
    65_536,
    1_099_511_627_776,
    'bytes',
    'It limits the uploads of one sender that nothing refers to yet; leave it unset for 104857600.',
  )
  SAFAR_ATTACHMENT_UNUSED_BYTES_EACH?: string;

  @Whole(1, 365, 'days', 'It limits how long quarantined messages are kept that name nobody; leave it unset for 7.')
  SAFAR_QUARANTINE_UNNAMED_DAYS?: string;

  @Whole(0, 60_000, 'milliseconds', 'It limits how long a read waits for minPosition; leave it unset for 5000.')
  SAFAR_READ_WAIT_TIMEOUT_MS?: string;

  @Rule(
    'must be brokers of a Kafka cluster as host:port with commas between',
    'Write it as kafka-1:9092,kafka-2:9092, or leave it unset to feed the read models from the store.',
    (value) => value.split(',').every((broker) => /^([0-9A-Za-z._-]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(broker)),
  )
  SAFAR_KAFKA_BROKERS?: string;

  @Rule(...needsBrokers)
  @Rule(
    'must have up to 40 letters, digits, dots, dashes and underscores',
    'It begins the names of all topics of this installation; leave it unset where the cluster is its own.',
    (value) => /^[0-9A-Za-z._-]{1,40}$/.test(value),
  )
  SAFAR_KAFKA_TOPIC_PREFIX?: string;

  @Rule(...needsBrokers)
  @Whole(1, 1_000, 'partitions', 'It is for new topics and never changed afterwards; leave it unset for 12.')
  SAFAR_KAFKA_PARTITIONS?: string;

  @Rule(...needsBrokers)
  @Whole(1, 9, 'replicas', 'One record is kept by as many brokers; leave it unset for 3.')
  SAFAR_KAFKA_REPLICAS?: string;

  @Rule(...needsBrokers)
  @Rule('must be true or false', 'Set true where the relay takes touchpoints from Kafka.', oneOf('true', 'false'))
  SAFAR_KAFKA_INBOUND?: string;

  @Rule(...needsBrokers)
  @Rule('must be true or false', 'Set true where the brokers speak TLS.', oneOf('true', 'false'))
  SAFAR_KAFKA_TLS?: string;

  @Rule(...needsTls)
  @Rule('must be certificates in PEM', 'SAFAR_KAFKA_TLS_CA_FILE may name the file that they are in.', isPem)
  SAFAR_KAFKA_TLS_CA?: string;

  @Rule(...needsTls)
  @Rule(
    'must be a certificate in PEM, with SAFAR_KAFKA_TLS_KEY beside it',
    'SAFAR_KAFKA_TLS_CERT_FILE may name the file that it is in; it is for brokers that ask for one.',
    (value, all) => isPem(value) && all.SAFAR_KAFKA_TLS_KEY !== undefined,
  )
  SAFAR_KAFKA_TLS_CERT?: string;

  @Rule(
    'must be a key in PEM, with SAFAR_KAFKA_TLS_CERT beside it',
    'SAFAR_KAFKA_TLS_KEY_FILE may name the file that it is in.',
    (value, all) => isPem(value) && all.SAFAR_KAFKA_TLS_CERT !== undefined,
  )
  SAFAR_KAFKA_TLS_KEY?: string;

  @Rule(...needsBrokers)
  @Rule(
    `must be one of ${saslMechanisms.join(', ')}, with SAFAR_KAFKA_SASL_USERNAME and SAFAR_KAFKA_SASL_PASSWORD beside it`,
    'Leave it unset where the brokers ask for no password.',
    (value, all) =>
      oneOf(...saslMechanisms)(value, all) &&
      all.SAFAR_KAFKA_SASL_USERNAME !== undefined &&
      all.SAFAR_KAFKA_SASL_PASSWORD !== undefined,
  )
  @Rule(
    'plain sends the password as it is, and SAFAR_KAFKA_TLS is not true',
    'Set SAFAR_KAFKA_TLS=true, take scram-sha-512, or set SAFAR_DEMO=true for a trial.',
    (value, { SAFAR_KAFKA_TLS, SAFAR_DEMO }) =>
      value !== 'plain' || SAFAR_KAFKA_TLS === 'true' || SAFAR_DEMO === 'true',
  )
  SAFAR_KAFKA_SASL_MECHANISM?: string;

  @Rule('needs SAFAR_KAFKA_SASL_MECHANISM beside it', 'Set it too, or neither.', besideMechanism)
  SAFAR_KAFKA_SASL_USERNAME?: string;

  @Rule('needs SAFAR_KAFKA_SASL_MECHANISM beside it', 'Set it too, or neither.', besideMechanism)
  @Rule(
    'is a secret that everybody knows',
    'Give the user another password, or set SAFAR_DEMO=true for a trial.',
    (value, { SAFAR_DEMO }) => SAFAR_DEMO === 'true' || !isWellKnownPassword(value),
  )
  SAFAR_KAFKA_SASL_PASSWORD?: string;

  @Whole(
    5_000,
    3_600_000,
    'milliseconds',
    'A process that could work and does not for so long ends with an error; leave it unset for 60000.',
  )
  SAFAR_STALLED_AFTER_MS?: string;
}

function hasUnsentPassword(value: string): boolean {
  const address = eventStoreDbAddress(value);
  return address?.tls === false && address.password !== undefined;
}

function isPem(value: string): boolean {
  return value.startsWith('-----BEGIN ');
}

function isIssuer(value: string, isDemo: boolean): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, search, hash, username } = new URL(value);
  if (search !== '' || hash !== '' || username !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && (isDemo || isLoopback(hostname)));
}

function isOrigin(value: string, isDemo: boolean): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, origin, href } = new URL(value);
  if (href !== `${origin}/`) return false;
  return protocol === 'https:' || (protocol === 'http:' && (isDemo || isLoopback(hostname)));
}

const isLoopback = (hostname: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

function isCollectorUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username } = new URL(value);
  return ['http:', 'https:'].includes(protocol) && username === '';
}

function isPostgresUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  return ['postgres:', 'postgresql:'].includes(new URL(value).protocol);
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...others] = text.split('/');
  const family = isIP(address);
  if (family === 0 || others.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
