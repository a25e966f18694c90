import { type AppendLoad } from '../harness/jobs.js';
import { type Entry } from './touchpoints.js';

export interface AppenderOptions {
  readonly url: string;
  /** Most appends that are outstanding at any time. */
  readonly callers: number;
  /** Whose events will be appended. */
  readonly personaIds: readonly string[];
}

/** A store that is open, warm and ready to be measured. */
export interface Appender {
  /**
   * Appends events durably, after the version that their stream has now. All are of one stream, unless the contestant asked
   * for rows of many.
   */
  append(entries: readonly Entry[]): Promise<void>;
  close(): Promise<void>;
}

/** One way of storing events. */
export interface Contestant {
  /** Makes the schema, in an empty database. */
  prepare(url: string): Promise<void>;
  /** Connections, personas' keys and whatever else exists before the first event of a day. */
  open(options: AppenderOptions): Promise<Appender>;
  /** Counts what is stored, so that nobody is fast by storing less. */
  readonly countSql: string;
  /**
   * How the outstanding work reaches the database when callers mean nothing to this contestant: SQL by hand has nobody to
   * answer one by one, it writes the rows of all of them at once.
   */
  reshape?(load: AppendLoad): AppendLoad;
}
