import path from 'node:path';
import {
  ConversationFeed,
  type ConversationPorts,
  type OpenTimeline,
  QueueFeed,
  readableConversations,
  type RoutingReplay,
  TimelineFeed,
} from '#capabilities';
import { type PersonaErasedData, type TimelinePage, type TimelineParameters } from '#contracts';
import { type Clock, type EpochMs, type Position, type ReadModels, type Result } from '#kernel';
import { type Access, createAccess } from '#platform/access';
import { type AuditTrail, openPostgresAudit } from '#platform/audit';
import { type Relay, startRelay } from '#platform/bus';
import { createCommandAnswers } from '#platform/command-answers';
import { type EventSource, storeSubscription } from '#platform/consumers';
import { type OperatedEventStore } from '#platform/event-store';
import { createPool, migrate } from '#platform/postgres';
import { createPresence, PRESENCE_MOVED, PresenceBoard } from '#platform/presence';
import {
  createMovedHub,
  eraseFromBuilds,
  type KeyErased,
  projectionAdmin,
  type ProjectionAdmin,
  type ProjectionHost,
  type ProjectionSettings,
  removeErasedRows,
  startProjections,
} from '#platform/projections';
import {
  reactionAdmin,
  type ReactionAdmin,
  type ReactionHost,
  type ReactionSettings,
  startReactions,
} from '#platform/reactions';
import { createQuarantine } from '#platform/quarantine';
import { type Metrics, type Tracing } from '#platform/telemetry';
import { createReadModels } from '#platform/read-store';
import { anyErasedSince, openMasterKey, openPostgresVault, type Vault } from '#platform/vault';
import { accessAudit } from './access-audit.js';
import {
  auditedProjections,
  auditedQuarantine,
  auditedReactions,
  type OnBehalfOf,
  type QuarantineAdmin,
} from './audited.js';
import { systemClock } from './clock.js';
import { type Config } from './config/config.js';
import { createInTurn } from './conversations/in-turn.js';
import { createOpener } from './conversations/open-parts.js';
import { openPresence } from './conversations/presence.js';
import { type TakeUpPorts } from './conversations/take-up-touchpoint.js';
import { isAgentIn } from './conversations/agents.js';
import { type DirectoryPorts } from './customer-directory.js';
import { type Database, openDatabase } from './database.js';
import { eraseCustomer, type ErasureContext } from './erase-customer.js';
import { completeErasures } from './erase-personas.js';
import { openEventLog } from './event-log.js';
import {
  type ClockSettingsFailure,
  type HolidaysFile,
  type HolidaysOfFile,
} from './messages/clock-settings.messages.js';
import { type ExpectedVersions } from './messages/command-request.js';
import { openInternalServer } from './internal-server.js';
import { type CustomerErased } from './messages/erase-customer.command.js';
import { type PresencePort } from './messages/presence.port.js';
import { type EraseFailure, type QueryFailure, type VersionMismatch } from './messages/failures.js';
import { type ReadinessCheck } from './messages/readiness-check.port.js';
import { REPORT_TIMEOUT_MS, ReportDesk, REPORTS_AT_ONCE } from './report-desk.js';
import { EVENTS_TOPIC, kafkaFeed, kafkaNeeded, openBus } from './kafka.js';
import { migrations } from './migrations.js';
import { observeProjections, observeReactions, observeRelay, observeStore, openObservation } from './observation.js';
import { beginInbound, type Warn, type WatchedInbound } from './inbound/begin-inbound.js';
import { createOnce, type Once } from './once.js';
import { createTimelineOpener } from './open-timeline.js';
import { projections } from './projections.js';
import { createPassTime, reactions, runnableReactions } from './reactions.js';
import { replayStoredRouting, type RoutingReplayRequest } from './routing/replay-routing.js';
import { createRuleBooks } from './rules/rule-books.js';
import { ClockBooks } from './service-clocks/clock-books.js';
import { type ClockSettingsPorts } from './service-clocks/clock-settings.js';
import { takeHolidaysAtOnce } from './service-clocks/take-holidays.js';
import { createMessageRecorder, type RecordMessagesInto } from './record-messages.js';
import { type QueuePagePorts } from './queues/queue-page.js';
import { eraseFromQuarantine, keepQuarantine } from './quarantine-upkeep.js';
import { createRecorder, type RecordTouchpointsInto } from './record-touchpoints.js';
import { redriveQuarantined } from './redrive-quarantined.js';
import { timelinePage } from './timeline-page.js';
import { unexpectedVersion } from './unexpected-version.js';
import { createDecoder, type DecodeEvents } from './sealing.js';

export interface InstallationOptions {
  /** Which of our programs this is; shown in pg_stat_activity. */
  readonly program: string;
  /** For a person who is watching. */
  readonly say?: (line: string) => void;
}

/** One organisation's Safar, open: everything that the programs do is done through it. */
export interface Installation {
  readonly config: Config;
  readonly clock: Clock;
  readonly database: Database;
  readonly store: OperatedEventStore;
  readonly vault: Vault;
  readonly access: Access;
  readonly audit: AuditTrail;
  readonly metrics: Metrics;
  /** Nothing unless it is asked for. */
  readonly tracing: Tracing | undefined;
  readonly readModels: ReadModels;
  readonly reports: ReportDesk;
  readonly directory: DirectoryPorts;
  readonly timelineFeed: TimelineFeed;
  /** What operators do with the read models. Each change is audited. */
  projectionAdmin(by: OnBehalfOf): ProjectionAdmin;
  /** What operators do with the reactions. Each decision is audited. */
  reactionAdmin(by: OnBehalfOf): ReactionAdmin;
  /** Holidays of a calendar from a file, for whoever is at the keyboard; only read with `dryRun`. Audited. */
  takeHolidays(
    holidays: HolidaysFile,
    by: OnBehalfOf & { readonly dryRun: boolean },
  ): Promise<Result<HolidaysOfFile, ClockSettingsFailure>>;
  /** What another routing policy would have made of what is stored. */
  replayRouting(request: RoutingReplayRequest): Promise<RoutingReplay>;
  readonly decode: DecodeEvents;
  readonly openTimeline: OpenTimeline;
  /** What conversations are read from. */
  readonly conversationViews: ConversationPorts;
  /** What conversations are decided and kept with. */
  readonly conversations: TakeUpPorts;
  readonly conversationFeed: ConversationFeed;
  /** Who has which conversation open. */
  readonly presence: PresencePort;
  /** What the queue is read from. */
  readonly queues: QueuePagePorts;
  readonly queueFeed: QueueFeed;
  /** What service clocks are measured by, and how that is changed. */
  readonly clockSettings: ClockSettingsPorts;
  readonly recordTouchpoints: RecordTouchpointsInto;
  /** What Segment's and RudderStack's SDKs send. */
  readonly recordMessages: RecordMessagesInto;
  /** What operators do with messages that could not be used. Each change is audited. */
  quarantineAdmin(by: OnBehalfOf, causationId: string): QuarantineAdmin;
  /** Does commands at most once for each idempotency key. */
  readonly once: Once;
  /** Why a command must not be done to a customer of whom its sender believes something; see `unexpectedVersion`. */
  unexpectedVersion(reference: string, expected: ExpectedVersions): Promise<QueryFailure | VersionMismatch | undefined>;
  eraseCustomer(
    reference: string,
    reason: PersonaErasedData['reason'],
    context: ErasureContext,
  ): Promise<Result<CustomerErased, EraseFailure>>;
  timelinePage(reference: string, parameters: TimelineParameters): Promise<Result<TimelinePage, QueryFailure>>;
  /** Feeds the read models in this process, until `stop` of what it answers; `close` stops it too. */
  startProjections(settings?: Partial<ProjectionSettings>, from?: FedFrom): ProjectionHost;
  /** Runs the reactions in this process, likewise. */
  startReactions(settings?: Partial<ReactionSettings>): ReactionHost;
  /** Health and metrics for what runs beside this process, where the configuration asks for them; answers the port. */
  serveInternally(
    checks: readonly ReadinessCheck[],
    onFailed: (check: string, error: unknown) => void,
  ): Promise<number | undefined>;
  /** Carries the log to Kafka from this process; `close` stops it. @throws ConfigurationError where there is no Kafka */
  startRelay(): Relay;
  /** Takes touchpoints from Kafka in this process; `close` stops it. @throws ConfigurationError where there is no Kafka */
  startInbound(warn: Warn): WatchedInbound;
  close(): Promise<void>;
}

/** `bus`: Kafka where it is configured, else the store. */
export type FedFrom = 'store' | 'bus';

/** Connections of one process: requests wait for one rather than asking more of a server than it was set up for. */
const POOL_SIZE = 20;
/** How often is looked after the quarantine; whatever becomes of it there is days old. */
const UPKEEP_INTERVAL_MS = 3_600_000;

/** Opens an installation: starts or reaches the database, brings its schema up to date, and finishes what a crash left. */
export async function openInstallation(config: Config, options: InstallationOptions): Promise<Installation> {
  const { program, say = () => undefined } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    const database = await openDatabase(config, say);
    closers.push(database.release);
    await migrate(database.url, migrations);
    const parts = await openParts(config, database, program, closers);
    await completeErasures(parts);
    // What a consumer left that stopped before it came to an erasure; where this fails, it is tried again beside the projections.
    await removeErasedRows(parts.pool).catch(() => undefined);
    await looksAfterQuarantine(parts, closers);
    return { ...parts, ...operations(parts, closers), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Now, and from time to time; where it fails it is tried again: nobody has to wait for it, and nothing else depends on it. */
async function looksAfterQuarantine(parts: Parts, closers: (() => Promise<void>)[]): Promise<void> {
  const keep = () => keepQuarantine(parts, parts.config.quarantine.unnamedRetentionMs).catch(() => undefined);
  await keep();
  let keeping = Promise.resolve();
  const timer = setInterval(() => (keeping = keep()), UPKEEP_INTERVAL_MS).unref();
  closers.push(() => {
    clearInterval(timer);
    return keeping;
  });
}

type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts(config: Config, database: Database, program: string, closers: (() => Promise<void>)[]) {
  const applicationName = `safar ${program}`;
  const pool = createPool({ url: database.url, max: POOL_SIZE, applicationName, pipeline: true });
  closers.push(() => pool.end());
  const masterKey = await openMasterKey({
    pool,
    file: path.join(config.dataDir, 'master.key'),
    environment: config.masterKey,
  });
  const clock = systemClock;
  const { metrics, tracing, onFlushed, onApplied } = await openObservation(config, program);
  if (tracing) closers.push(() => tracing.stop());
  const checkpointFile = path.join(config.dataDir, 'audit-checkpoints.jsonl');
  const audit = openPostgresAudit({ pool, masterKey, checkpointFile, clock });
  closers.push(() => audit.close());
  const ledgerFile = path.join(config.dataDir, 'erasures.jsonl');
  const vault = await openPostgresVault({ pool, masterKey, ledgerFile, clock });
  const store = await openEventLog(config, { pool, url: database.url, applicationName, onFlushed });
  closers.push(() => store.close());
  observeStore(metrics, store);
  const hub = createMovedHub();
  const readModels = createReadModels(pool, { hub, listen: true });
  closers.push(() => readModels.close());
  const reportPool = createPool({
    ...{ url: database.url, max: REPORTS_AT_ONCE, applicationName, statementTimeoutMs: REPORT_TIMEOUT_MS },
  });
  closers.push(() => reportPool.end());
  const reports = new ReportDesk(createReadModels(reportPool));
  const quarantine = createQuarantine(pool);
  const { defaultRegion } = config;
  const bus = config.kafka && (await openBus(config.kafka, program));
  if (bus) closers.push(() => bus.close());
  return {
    bus,
    config,
    clock,
    database,
    pool,
    vault,
    store,
    hub,
    readModels,
    reports,
    audit,
    quarantine,
    defaultRegion,
    eraseFromReadModels: (erased: KeyErased) => eraseFromBuilds(pool, erased),
    eraseFromQuarantine: (personaId: string) =>
      eraseFromQuarantine({ quarantine, vault, clock, defaultRegion }, personaId),
    metrics,
    tracing,
    onApplied,
    access: createAccess({ pool, clock, audit: accessAudit(audit), sessionLimits: config.sessions, oidc: config.oidc }),
  };
}

function operations(parts: Parts, closers: (() => Promise<void>)[]) {
  const { config, clock, pool, vault, store, hub, readModels, audit, onApplied, quarantine, defaultRegion, bus } =
    parts;
  const decode = createDecoder(vault);
  const source = storeSubscription(store);
  const projectionParts = { pool, source, decode, onApplied };
  const admin = projectionAdmin(projectionParts, projections);
  observeProjections(parts.metrics, admin);
  if (config.kafka) observeRelay(parts.metrics, { pool, source, topic: EVENTS_TOPIC });
  const timeline = createTimelineOpener(decode);
  const { reads } = config;
  const recordTouchpoints = createRecorder(parts);
  const messagePorts = { recordTouchpoints, quarantine, vault, clock, defaultRegion };
  const head = (): Promise<Position> => store.head();
  const directory: DirectoryPorts = { readModels, vault, head, defaultRegion, waitTimeoutMs: reads.waitTimeoutMs };
  const conversing = conversationOperations(parts, directory, decode);
  return {
    decode,
    openTimeline: timeline,
    directory,
    ...conversing,
    presence: presenceOperations(parts, closers),
    queues: { readModels, open: createOpener(decode), store, clock, directory, audit },
    queueFeed: new QueueFeed({ readModels, open: createOpener(decode), clock }),
    timelineFeed: new TimelineFeed(readModels, timeline),
    projectionAdmin: (by: OnBehalfOf) => auditedProjections(admin, audit, by),
    ...reactionOperations(parts, closers, { source, decode, conversations: conversing.conversations }),
    recordTouchpoints,
    recordMessages: createMessageRecorder(messagePorts),
    quarantineAdmin: (by: OnBehalfOf, causationId: string): QuarantineAdmin =>
      auditedQuarantine(
        quarantine,
        (ids, told) => redriveQuarantined({ ...parts, ...judging(parts), recordTouchpoints }, ids, causationId, told),
        audit,
        by,
      ),
    once: createOnce({ answers: createCommandAnswers(pool), vault }),
    unexpectedVersion: async (reference: string, expected: ExpectedVersions) =>
      unexpectedVersion(directory, await store.head(), reference, expected),
    eraseCustomer: (reference: string, reason: PersonaErasedData['reason'], context: ErasureContext) =>
      eraseCustomer({ ...parts, directory }, reference, reason, context),
    timelinePage: (reference: string, parameters: TimelineParameters) =>
      timelinePage({ directory, readModels, store, clock, timeline }, reference, parameters),
    startProjections: (settings: Partial<ProjectionSettings> = {}, from: FedFrom = 'store'): ProjectionHost => {
      const feed = from === 'bus' && bus ? kafkaFeed({ pool, bus, source }, closers) : undefined;
      const host = startProjections({ ...projectionParts, feed, hub, settings }, projections);
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

/** What is asked about records before they are stored, or blamed. */
const judging = ({ pool, store }: Parts) => ({
  anyErasedSince: (personaIds: readonly string[], since: EpochMs) => anyErasedSince(pool, personaIds, since),
  checkWritable: () => store.checkWritable(),
});

function beginRelay({ pool, bus }: Parts, source: EventSource, closers: (() => Promise<void>)[]): Relay {
  if (!bus) throw kafkaNeeded();
  const relay = startRelay({ pool, source, bus, topic: EVENTS_TOPIC });
  closers.push(() => relay.stop());
  return relay;
}

/** Who is where is hidden with the conversation: nobody is told of one that cannot be read. */
function presenceOperations({ pool, hub, readModels }: Parts, closers: (() => Promise<void>)[]): PresencePort {
  const presence = createPresence({ pool, hub });
  const board = new PresenceBoard({
    presence,
    onMoved: (listener) => hub.onMoved(PRESENCE_MOVED, listener),
    readable: (ids) => readableConversations(readModels, ids),
  });
  closers.push(() => board.close());
  return openPresence({ presence, board, readModels });
}

function conversationOperations(parts: Parts, directory: DirectoryPorts, decode: DecodeEvents) {
  const { store, vault, clock, readModels } = parts;
  return {
    conversationViews: { readModels, open: createOpener(decode) },
    conversationFeed: new ConversationFeed(readModels),
    conversations: {
      ...{ store, vault, clock, directory, decode, inTurn: createInTurn(), ruleBooks: createRuleBooks(store) },
      isAgent: isAgentIn(parts.access, clock),
    },
  };
}

interface ReactionParts {
  readonly source: EventSource;
  readonly decode: DecodeEvents;
  readonly conversations: TakeUpPorts;
}

function reactionOperations(
  { pool, store, vault, clock, audit, metrics, readModels }: Parts,
  closers: (() => Promise<void>)[],
  { conversations, ...reading }: ReactionParts,
) {
  const admin = reactionAdmin({ pool, ...reading }, reactions);
  observeReactions(metrics, admin);
  const books = new ClockBooks(store);
  const clockSettings = { store, vault, clock, books };
  return {
    clockSettings,
    takeHolidays: (holidays: HolidaysFile, { dryRun, ...by }: OnBehalfOf & { readonly dryRun: boolean }) =>
      takeHolidaysAtOnce({ ...clockSettings, audit }, holidays, { by, dryRun }),
    reactionAdmin: (by: OnBehalfOf) => auditedReactions(admin, audit, by),
    replayRouting: (request: RoutingReplayRequest) => replayStoredRouting({ ...reading, vault }, request),
    startReactions: (settings: Partial<ReactionSettings> = {}): ReactionHost => {
      const passTime = createPassTime(store, vault, clock);
      const runnables = runnableReactions({ store, vault, books, readModels, conversations });
      const host = startReactions({ pool, ...reading, passTime, settings }, runnables);
      closers.push(() => host.stop());
      return host;
    },
  };
}
