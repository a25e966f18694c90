import type pg from 'pg';
import { type Patch } from '../../flows/support/patched-build.js';
import { type Invariant } from '../checker/violation.js';
import { type Step } from '../plan/plan.js';
import { type ProcessCounts } from '../supervisor/tested-installation.js';

type Short<Name> = Name extends `${infer Number} ${string}` ? Number : Name;

/** A mistake that somebody could make, and what has to happen for it to show. */
export interface PlantedBug {
  readonly name: string;
  /** What the checker has to say is broken; it may say more, unless nothing else sees it. */
  readonly breaks: Short<Invariant>;
  readonly alone?: boolean;
  /** In a copy of the build: nothing in ours knows of it. */
  readonly patches?: readonly Patch[];
  /** Of the database, before the programs start and when everything is over. */
  readonly before?: (owner: pg.Pool) => Promise<unknown>;
  readonly after?: (owner: pg.Pool) => Promise<unknown>;
  readonly plan: readonly Step[];
  /** How often every program is restarted in turn before the plan. */
  readonly restarts?: number;
  readonly kafka?: boolean;
  readonly counts?: Partial<ProcessCounts>;
  /** Of PostgreSQL. */
  readonly serverSettings?: Readonly<Record<string, string>>;
}
