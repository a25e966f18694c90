import { keepQuarantine } from '../quarantine-upkeep.js';
import { type Parts } from './parts.js';

/** How often is looked after the quarantine; whatever becomes of it there is days old. */
const UPKEEP_INTERVAL_MS = 3_600_000;

/** Now, and from time to time; where it fails it is tried again: nobody has to wait for it, and nothing else depends on it. */
export async function looksAfterQuarantine(parts: Parts, closers: (() => Promise<void>)[]): Promise<void> {
  const keep = () => keepQuarantine(parts, parts.config.quarantine.unnamedRetentionMs).catch(() => undefined);
  await keep();
  let keeping = Promise.resolve();
  const timer = setInterval(() => (keeping = keep()), UPKEEP_INTERVAL_MS).unref();
  closers.push(() => {
    clearInterval(timer);
    return keeping;
  });
}
