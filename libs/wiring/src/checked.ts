import { type ReadinessCheck } from './messages/readiness-check.port.js';

/** Load balancers give up after a few seconds; a check that hangs is one that fails. */
const CHECK_TIMEOUT_MS = 2_000;
/** Anybody may ask, as often as they like; the checks go to the database, and share its connections with callers. */
const SHARED_MS = 1_000;

export interface CheckView {
  readonly name: string;
  readonly ok: boolean;
}

export type Look = () => Promise<readonly CheckView[]>;

/** Runs the checks, at most once at a time: whoever asks meanwhile, or a second later, gets what they found. */
export function checked(checks: readonly ReadinessCheck[], onFailed: (check: string, error: unknown) => void): Look {
  let found: Promise<readonly CheckView[]> | undefined;
  /** A check that was given up and goes on: it is not begun a second time beside itself. */
  const running = new Map<ReadinessCheck, Promise<void>>();

  const once = (check: ReadinessCheck): Promise<void> => {
    const work = running.get(check) ?? check.check().finally(() => running.delete(check));
    running.set(check, work);
    return work;
  };
  const run = async (check: ReadinessCheck): Promise<CheckView> => {
    try {
      await withTimeout(once(check));
      return { name: check.name, ok: true };
    } catch (error) {
      onFailed(check.name, error);
      return { name: check.name, ok: false };
    }
  };
  const look = async (): Promise<readonly CheckView[]> => {
    const views = await Promise.all(checks.map(run));
    setTimeout(() => (found = undefined), SHARED_MS).unref();
    return views;
  };
  return () => (found ??= look());
}

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the check took too long'));
    }, CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
