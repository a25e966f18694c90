import {
  type Channel,
  type CloudEventDto,
  type PersonaErasedData,
  type Role,
  type TimelineCategory,
  type TimelineEntryView,
  type TimelinePage,
  type TimelineParameters,
  type TouchpointResult,
} from '#contracts';
import { type Position, type Result } from '#kernel';
import { type RoutingReplay } from '#capabilities';
import {
  type ApiKeyView,
  type IssuedApiKey,
  type IssuedPassword,
  type NewApiKey,
  type NewUser,
  type RotatedApiKey,
  type SessionView,
  type UserFailure,
  type UserView,
} from '#platform/access';
import { type AuditTrail } from '#platform/audit';
import { type ProjectionAdmin } from '#platform/projections';
import { type ReactionAdmin } from '#platform/reactions';
import {
  type ClockSettingsFailure,
  type CustomerErased,
  type EraseFailure,
  type HolidaysFile,
  type HolidaysOfFile,
  type KafkaAdmin,
  type QuarantineAdmin,
  type QueryFailure,
  type RoutingReplayRequest,
  type StoreAdmin,
} from '#wiring/operations';

/** Takes touchpoints; the same (source, id) is stored once, so sending again is safe. */
export interface TouchpointRecorder {
  /**
   * One result for each value, in their order. Errors that carry a number `retryAfterMs`, and those named
   * `AppendOutcomeUnknownError`, are answered by sending the same values again.
   */
  recordTouchpoints(values: readonly unknown[]): Promise<readonly TouchpointResult[]>;
}

export interface TailOptions {
  /** `now`, `start`, or the position after which to begin. */
  readonly after: Position | 'now' | 'start';
  /** Without it, both. */
  readonly category?: TimelineCategory;
  /** Kinds and channels to show; empty for all. */
  readonly kinds: readonly string[];
  readonly channels: readonly Channel[];
}

export interface ExportOptions {
  /** Personal members too. Audited by the installation, before the first event is handed out. */
  readonly personal: boolean;
  /** Only events after this position. */
  readonly after: Position;
}

/** What `safar keys` does, in the name of whoever is at the keyboard; verifying is the gateway's. */
export interface ApiKeyAdmin {
  create(request: NewApiKey): Promise<IssuedApiKey>;
  list(): Promise<readonly ApiKeyView[]>;
  revoke(id: string): Promise<boolean>;
  rotate(id: string, overlapMs: number): Promise<RotatedApiKey | undefined>;
}

/** What `safar users` does, in the name of whoever is at the keyboard. Users are named by name or id. */
export interface UserAdmin {
  add(user: NewUser): Promise<Result<IssuedPassword, UserFailure>>;
  list(): Promise<readonly UserView[]>;
  find(user: string): Promise<UserView | undefined>;
  setRoles(user: string, roles: readonly Role[]): Promise<Result<UserView, UserFailure>>;
  setDisabled(user: string, disabled: boolean): Promise<Result<UserView, UserFailure>>;
  resetPassword(user: string): Promise<Result<IssuedPassword, UserFailure>>;
  sessions(userId?: string): Promise<readonly SessionView[]>;
  endSessions(userId: string): Promise<number>;
}

/** An installation of Safar that is open: a running one's store, or one that was started for this command. */
export interface Installation extends TouchpointRecorder {
  /** Of the store that is written to; another one after a restore. */
  readonly id: string;
  /** Where the installation keeps what is not in the database. */
  readonly dataDir: string;
  timeline(customer: string, parameters: TimelineParameters): Promise<Result<TimelinePage, QueryFailure>>;
  /** Touchpoints of all customers as they are recorded, until the signal. */
  tail(options: TailOptions, signal: AbortSignal): AsyncIterable<TimelineEntryView>;
  exportEvents(options: ExportOptions, signal: AbortSignal): AsyncIterable<CloudEventDto>;
  erase(customer: string, reason: PersonaErasedData['reason']): Promise<Result<CustomerErased, EraseFailure>>;
  readonly keys: ApiKeyAdmin;
  readonly users: UserAdmin;
  readonly projections: ProjectionAdmin;
  readonly audit: Pick<AuditTrail, 'list' | 'verify' | 'record'>;
  readonly quarantine: QuarantineAdmin;
  readonly reactions: ReactionAdmin;
  /** What another routing policy would have made of what is stored. */
  replayRouting(request: RoutingReplayRequest): Promise<RoutingReplay>;
  /** Takes the holidays of a calendar from a file, or only reads them. */
  takeHolidays(holidays: HolidaysFile, dryRun: boolean): Promise<Result<HolidaysOfFile, ClockSettingsFailure>>;
  /** Names of all reactions. */
  readonly reactionNames: readonly string[];
  /** Names of all projections. */
  readonly projectionNames: readonly string[];
  /** Until the read models have applied a position; false when none of them has come any further for so long, or for up to twice that. */
  waitUntilApplied(position: Position, patienceMs: number): Promise<boolean>;
  /**
   * Whether everything up to the position is still in the store: not after it was restored to an earlier time, and then an
   * interrupted import must not go on from where it was.
   */
  holds?(position: Position): Promise<boolean>;
  close(): Promise<void>;
}

/** One thing that `doctor` looked at. */
export interface DoctorCheck {
  /** In words: `Node.js version`, `disk`, `store`. */
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found. */
  readonly detail: string;
  /** What to do about it; only of checks that are not ok. */
  readonly remedy?: string;
}

/** Behind the commands. Opening is left to those that need it: `doctor` works where nothing can be opened. */
export interface Safar {
  openInstallation(say: (line: string) => void): Promise<Installation>;
  /** The store alone, also one that an installation could not be opened with. */
  openStore(say: (line: string) => void): Promise<StoreAdmin>;
  openKafka(say: (line: string) => void): Promise<KafkaAdmin>;
  doctor(): AsyncIterable<DoctorCheck>;
}
