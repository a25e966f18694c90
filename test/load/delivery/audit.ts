import { type Delivered, type Written } from '../harness/jobs.js';

export interface Audit {
  readonly written: number;
  /** Acknowledged, but never given to the consumer. */
  readonly lost: number;
  /** Given after a later event of the same stream. */
  readonly outOfOrder: number;
  /** Given again. */
  readonly repeated: number;
}

/** Compares what was acknowledged with what a consumer was given. Versions of a stream are dense from 1. */
export function audit(written: Written, delivered: Delivered): Audit {
  const seen = new Map<string, Set<number>>(written.map(([stream]) => [stream, new Set()]));
  const latest = new Map<string, number>();
  let outOfOrder = 0;
  let repeated = 0;
  for (const [stream, version] of delivered) {
    const versions = seen.get(stream);
    if (!versions) continue;
    const before = latest.get(stream) ?? 0;
    if (versions.has(version)) repeated++;
    else if (version < before) outOfOrder++;
    versions.add(version);
    latest.set(stream, Math.max(before, version));
  }
  const total = written.reduce((sum, [, lastVersion]) => sum + lastVersion, 0);
  const lost = written.reduce((sum, [stream, lastVersion]) => sum + missing(seen.get(stream), lastVersion), 0);
  return { written: total, lost, outOfOrder, repeated };
}

function missing(versions: ReadonlySet<number> | undefined, lastVersion: number): number {
  let count = 0;
  for (let version = 1; version <= lastVersion; version++) if (!versions?.has(version)) count++;
  return count;
}
