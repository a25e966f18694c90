import type pg from 'pg';
import type { EpochMs, Reaction } from '#kernel';
import type { DecodeEvents, EventSource } from '#platform/consumers';
import {
  discardReactionKey,
  type ReactionDecision,
  type ReactionDiscardTarget,
  type ReleasedKey,
  releaseReactionKey,
} from './decide-parked.js';
import { listTriggers, type ParkedTrigger } from './parked-triggers.js';
import { resumeReaction } from './resume-reaction.js';
import { reactionStatus, type ReactionStatus } from './reaction-status.js';

/** A command that failed too often, or was decided against. */
export interface ParkedCommand {
  readonly name: string;
  readonly key: string;
  readonly id: string;
  readonly at: EpochMs;
  readonly attempts: number;
  readonly error: string | null;
  readonly status: 'parked' | 'discarded';
}

export interface ParkedFilter {
  readonly key?: string;
  /** Those that were decided about as well. */
  readonly decidedToo?: boolean;
}

/** What operators do with reactions: behind `safar reactions …`. */
export interface ReactionAdmin {
  status(): Promise<readonly ReactionStatus[]>;
  parked(
    name: string,
    filter?: ParkedFilter,
  ): Promise<{ readonly triggers: readonly ParkedTrigger[]; readonly commands: readonly ParkedCommand[] }>;
  release(name: string, key: string, decision: ReactionDecision): Promise<ReleasedKey>;
  discard(
    name: string,
    target: ReactionDiscardTarget,
    decision: ReactionDecision & { readonly reason: string },
  ): Promise<{ readonly discarded: number; readonly released: ReleasedKey }>;
  /** After the store's epoch was raised: see `resumeReaction`. */
  resume(name: string): Promise<boolean>;
}

const MAX_LISTED = 1_000;

export function reactionAdmin(
  parts: { readonly pool: pg.Pool; readonly source: EventSource; readonly decode: DecodeEvents },
  reactions: readonly Reaction[],
): ReactionAdmin {
  const declared = (name: string): Reaction => {
    const reaction = reactions.find((one) => one.name === name);
    if (!reaction) throw new Error(`there is no reaction ${name}`);
    return reaction;
  };
  return {
    status: () => reactionStatus(parts.pool, parts.source, reactions),
    parked: async (name, filter = {}) => ({
      triggers: await listTriggers(parts.pool, { name, ...filter, limit: MAX_LISTED }),
      commands: await listCommands(parts.pool, name, filter),
    }),
    release: (name, key, decision) => releaseReactionKey(parts, declared(name), key, decision),
    discard: (name, target, decision) => discardReactionKey(parts, declared(name), target, decision),
    resume: (name) => resumeReaction(parts.pool, declared(name)),
  };
}

async function listCommands(
  pool: pg.Pool,
  name: string,
  { key, decidedToo = false }: ParkedFilter,
): Promise<readonly ParkedCommand[]> {
  const { rows } = await pool.query<Omit<ParkedCommand, 'at'> & { readonly at: string }>(
    `SELECT name, key, id, at, attempts, error, status FROM es.reaction_commands
     WHERE name = $1 AND ($2::text IS NULL OR key = $2) AND (status = 'parked' OR $3 AND status = 'discarded')
     ORDER BY key, seq LIMIT $4`,
    [name, key ?? null, decidedToo, MAX_LISTED],
  );
  return rows.map((row) => ({ ...row, at: Number(row.at) }));
}
