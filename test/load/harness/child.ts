import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type InputOf, type JobName, type Message, type OutputOf } from './jobs.js';

const WORKER = fileURLToPath(new URL('../worker.js', import.meta.url));

/** Far above what any job takes; a contestant that hangs fails its own cell and not the whole bench. */
const LIMIT_MS = 120_000;
/** A million conversations take some minutes to write, and what was measured with routing is replayed. */
const LONG_LIMIT_MS = 900_000;

const isLong = (name: JobName): boolean => name.endsWith('-prepare') || name === 'routing';

export interface RunningJob<Name extends JobName> {
  /** The child has set everything up and waits for `go`, or is already done. */
  readonly ready: Promise<void>;
  go(): void;
  readonly output: Promise<OutputOf<Name>>;
}

const running = new Set<ChildProcess>();

/** As `npm start` runs the platform: with the 16 MB of young memory that Node starts with, collecting it takes a sixth of the time. */
const NODE_OPTIONS = ['--enable-source-maps', '--max-semi-space-size=64'];

/** A process per job, so that heaps, pools and type parsers of one contestant cannot disturb another. */
export function startJob<Name extends JobName>(name: Name, input: InputOf<Name>): RunningJob<Name> {
  const child = fork(WORKER, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: NODE_OPTIONS });
  running.add(child);
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4_000)));
  const timer = setTimeout(() => child.kill('SIGKILL'), isLong(name) ? LONG_LIMIT_MS : LIMIT_MS);
  const ready = new Promise<void>((resolve) => {
    for (const event of ['message', 'exit']) child.once(event, () => resolve());
  });
  const output = new Promise<OutputOf<Name>>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if (message.type === 'failed') reject(new Error(message.error));
      // The only sender is our own worker, whose handlers are typed by the same table.
      if (message.type === 'done') resolve(message.output as OutputOf<Name>);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      // No effect when the output came first.
      reject(new Error(`the process of ${name} ended (${String(code ?? signal)}). ${complaint}`));
    });
  });
  // Whoever waits for the output is told; until then it is not an unhandled rejection.
  output.catch(() => undefined);
  child.send({ name, input });
  return { ready, go: () => void (child.connected && child.send('go')), output };
}

/** Jobs that begin to measure at the same moment. */
export async function runTogether<Name extends JobName>(
  name: Name,
  inputs: readonly InputOf<Name>[],
): Promise<OutputOf<Name>[]> {
  const jobs = inputs.map((input) => startJob(name, input));
  await Promise.all(jobs.map((job) => job.ready));
  for (const job of jobs) job.go();
  return await Promise.all(jobs.map((job) => job.output));
}

export async function runJob<Name extends JobName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
  const job = startJob(name, input);
  await job.ready;
  job.go();
  return await job.output;
}

/** For an interrupted bench: nothing of it goes on. */
export function killJobs(): void {
  for (const child of running) child.kill('SIGKILL');
}
