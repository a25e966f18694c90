import { keepAttachments } from '../attachments/attachments-upkeep.js';
import { keepQuarantine } from '../quarantine-upkeep.js';
import { type Parts } from './parts.js';

/** How often is looked after what goes with time; whatever becomes of it is days old. */
const UPKEEP_INTERVAL_MS = 3_600_000;

type Closers = (() => Promise<void>)[];

export const looksAfterQuarantine = (parts: Parts, closers: Closers): Promise<void> =>
  looksAfter(() => keepQuarantine(parts, parts.config.quarantine.unnamedRetentionMs), closers);

export const looksAfterAttachments = (parts: Parts, closers: Closers): Promise<void> =>
  looksAfter(() => keepAttachments(parts), closers);

/** Now, and from time to time; where it fails it is tried again: nobody has to wait for it, and nothing else depends on it. */
async function looksAfter(work: () => Promise<void>, closers: Closers): Promise<void> {
  const keep = () => work().catch(() => undefined);
  await keep();
  let keeping = Promise.resolve();
  const timer = setInterval(() => (keeping = keep()), UPKEEP_INTERVAL_MS).unref();
  closers.push(() => {
    clearInterval(timer);
    return keeping;
  });
}
