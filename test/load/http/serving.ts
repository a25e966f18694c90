import { type Target } from '../harness/jobs.js';
import { type Address } from './requests.js';

/** A server that is measured. */
export interface Serving extends Address {
  close(): Promise<void>;
}

export interface HttpContestant {
  serve(target: Target, connections: number): Promise<Serving>;
  /** Counts what is stored, where something is. */
  readonly countSql?: string;
}
