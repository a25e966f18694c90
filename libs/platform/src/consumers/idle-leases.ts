import type pg from 'pg';
import {
  type LaneRef,
  type Lease,
  type Move,
  moveCheckpoint,
  moveCheckpoints,
  renewLease,
  renewLeases,
} from './checkpoint.js';
import { Together } from './together.js';

/** What consumers need that have nothing to do. */
export interface IdleLeases {
  /** As `moveCheckpoint`, over what was for nobody there. */
  readonly passOver: (lane: LaneRef, lease: Lease, move: Move) => Promise<Lease>;
  /** As `renewLease`. */
  readonly renew: (lane: LaneRef, lease: Lease, leaseMs: number) => Promise<Lease>;
}

const known = new WeakMap<pg.Pool, IdleLeases>();

/** Those of the consumers that share a pool: one statement for all who come together. */
export function idleLeases(pool: pg.Pool): IdleLeases {
  const leases = known.get(pool) ?? createIdleLeases(pool);
  known.set(pool, leases);
  return leases;
}

function createIdleLeases(pool: pg.Pool): IdleLeases {
  // Alone, it is found out why it was not moved, and waited for whoever has it locked: nobody else waits for that.
  const moving = new Together<Parameters<IdleLeases['passOver']>, Lease>(async (asked) => {
    const moved = asked.length > 1 ? await moveCheckpoints(pool, asked) : [];
    return asked.map((each, index) => moved[index] ?? moveCheckpoint(pool, ...each));
  });
  const renewing = new Together<Parameters<IdleLeases['renew']>, Lease>(async (asked) => {
    const renewed = asked.length > 1 ? await renewLeases(pool, asked) : [];
    return asked.map((each, index) => renewed[index] ?? renewLease(pool, ...each));
  });
  return { passOver: (...asked) => moving.ask(asked), renew: (...asked) => renewing.ask(asked) };
}
