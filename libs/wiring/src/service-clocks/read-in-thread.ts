import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { readHolidays } from '#capabilities';

type Read = ReturnType<typeof readHolidays>;
type Asked = Parameters<typeof readHolidays>[0];

/** Much for a file of 256 KB; a thread that needs more ends, and not the process. */
const MAX_HEAP_MB = 256;
/** The worst file that was found takes two seconds. */
const MAX_MS = 20_000;

let last: Promise<unknown> = Promise.resolve();

/**
 * Reads a calendar file in a thread of its own: rules that repeat themselves can keep the library busy for two seconds, and meanwhile this
 * process answers everybody else. One file after the other: people send them a few times a year.
 */
export function readInThread(asked: Asked, file: URL = compiled): Promise<Read> {
  const reading = last.then(() => read(asked, file));
  last = reading.catch(() => undefined);
  return reading;
}

const compiled = new URL('./holidays-worker.js', import.meta.url);

async function read(asked: Asked, file: URL): Promise<Read> {
  // Where TypeScript is compiled in memory there is no file of it.
  if (!existsSync(fileURLToPath(file))) return readHolidays(asked);
  const worker = new Worker(file, {
    ...{ name: 'holidays', workerData: asked },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const ending = AbortSignal.timeout(MAX_MS);
  try {
    // What it throws, or that it had no memory, is told here too.
    const [answer] = (await Promise.race([
      once(worker, 'message', { signal: ending }),
      once(worker, 'exit', { signal: ending }).then(([code]) => {
        throw new Error(`the thread ended with ${String(code)} and no answer`);
      }),
    ])) as [Read];
    return answer;
  } finally {
    await worker.terminate();
  }
}
