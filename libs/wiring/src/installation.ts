import {
  type ConversationFeed,
  type ConversationViewPorts,
  type OpenTimeline,
  type LiveCounts,
  type QueueFeed,
  type RoutingReplay,
  type TimelineFeed,
} from '#capabilities';
import { type PersonaErasedData, type TimelinePage, type TimelineParameters } from '#contracts';
import { type Clock, type ReadModels, type Result } from '#kernel';
import { type Access } from '#platform/access';
import { type AuditTrail } from '#platform/audit';
import { type Relay } from '#platform/bus';
import { type OperatedEventStore } from '#platform/event-store';
import { migrate } from '#platform/postgres';
import {
  type ProjectionAdmin,
  type ProjectionHost,
  type ProjectionSettings,
  removeErasedRows,
} from '#platform/projections';
import { type ReactionAdmin, type ReactionHost, type ReactionSettings } from '#platform/reactions';
import { type Metrics, type Tracing } from '#platform/telemetry';
import { type Vault } from '#platform/vault';
import { type Accounts } from './agents/end-account.js';
import { type OpenPorts } from './attachments/open-attachment.js';
import { type UploadPorts } from './attachments/upload-attachment.js';
import { type OnBehalfOf, type QuarantineAdmin } from './audited.js';
import { type Config } from './config/config.js';
import { type SetUp } from './conversations/agents.js';
import { type TakeUpPorts } from './conversations/take-up-touchpoint.js';
import { type DirectoryPorts } from './customer-directory.js';
import { type Database, openDatabase } from './database.js';
import { type ErasureContext } from './erase-customer.js';
import { completeErasures } from './erase-personas.js';
import {
  type ClockSettingsFailure,
  type HolidaysFile,
  type HolidaysOfFile,
} from './messages/clock-settings.messages.js';
import { type ExpectedVersions } from './messages/command-request.js';
import { type CustomerErased } from './messages/erase-customer.command.js';
import { type PresencePort } from './messages/presence.port.js';
import { type EraseFailure, type QueryFailure, type VersionMismatch } from './messages/failures.js';
import { type ReadinessCheck } from './messages/readiness-check.port.js';
import { type ReportDesk } from './report-desk.js';
import { migrations } from './migrations.js';
import { type Warn, type WatchedInbound } from './inbound/begin-inbound.js';
import { type Once } from './once.js';
import { type RoutingReplayRequest } from './routing/replay-routing.js';
import { type ClockSettingsPorts } from './service-clocks/clock-settings.js';
import { type RecordMessagesInto } from './record-messages.js';
import { type QueuePagePorts } from './queues/queue-page.js';
import { type RecordTouchpointsInto } from './record-touchpoints.js';
import { type DecodeEvents } from './sealing.js';
import { operations } from './installation/operations.js';
import { openParts } from './installation/parts.js';
import { type FedFrom } from './installation/running-operations.js';
import { looksAfterAttachments, looksAfterQuarantine } from './installation/upkeep.js';

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
  /** What files are taken and fetched with. */
  readonly attachments: UploadPorts & OpenPorts;
  /** What conversations are read from. */
  readonly conversationViews: ConversationViewPorts;
  /** What conversations are decided and kept with. */
  readonly conversations: TakeUpPorts;
  /** Ends accounts and keys, and gives back what they had. */
  readonly accounts: Accounts;
  readonly conversationFeed: ConversationFeed;
  /** Who has which conversation open. */
  readonly presence: PresencePort;
  /** What the queue is read from. */
  readonly queues: QueuePagePorts;
  readonly queueFeed: QueueFeed;
  readonly liveCounts: LiveCounts;
  /** IANA name: where today ends unless somebody says otherwise. */
  readonly timeZone: string;
  /** What service clocks are measured by, and how that is changed. */
  readonly clockSettings: ClockSettingsPorts & SetUp;
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
    await looksAfterAttachments(parts, closers);
    return { ...parts, ...operations(parts, closers), close };
  } catch (error) {
    await close();
    throw error;
  }
}
