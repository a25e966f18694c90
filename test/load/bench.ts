import { runAppend } from './append/scenario.js';
import { runDelivery } from './delivery/scenario.js';
import { killJobs } from './harness/child.js';
import { describeMachine } from './harness/machine.js';
import { type Options, parseOptions, type ScenarioName, usage } from './harness/options.js';
import { Run } from './harness/run.js';
import { type BenchServer, openServer } from './harness/server.js';
import { runHttp } from './http/scenario.js';
import { runKafka } from './kafka/scenario.js';
import { runQueue } from './queue/scenario.js';
import { runProjection } from './projection/scenario.js';
import { runReplay } from './replay/scenario.js';
import { runRouting } from './routing/scenario.js';
import { judgeAll, linesOf, type Report } from './report/report.js';
import { textOf } from './report/text.js';
import { runValidate } from './validate/scenario.js';

const scenarios: { readonly [Name in ScenarioName]: (run: Run) => Promise<void> } = {
  append: runAppend,
  delivery: runDelivery,
  replay: runReplay,
  projection: runProjection,
  validate: runValidate,
  http: runHttp,
  queue: runQueue,
  kafka: runKafka,
  routing: runRouting,
};

/** 128 + SIGINT, as shells have it. */
const INTERRUPTED = 130;

/** 0: everything ran and nothing of ours was lost. 1: a contestant failed, or an event of ours was lost. 2: wrong options. */
async function main(argv: readonly string[]): Promise<number> {
  const options = optionsOf(argv);
  if (options === undefined) return 2;
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const report = await measure(options);
  console.log(options.json ? JSON.stringify(report) : textOf(report));
  return report.failures.length > 0 || lostOfOurs(report) ? 1 : 0;
}

function optionsOf(argv: readonly string[]): Options | undefined {
  try {
    return parseOptions(argv);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

async function measure(options: Options): Promise<Report> {
  const opening = openServer(process.env['SAFAR_DATABASE_URL']);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void interrupt(opening));
  const server = await opening;
  const run = new Run(server, options, (line) => {
    console.error(line);
  });
  try {
    const machine = await describeMachine(server);
    for (const name of options.only) await scenarios[name](run);
    await run.dropTemplates();
    const { measurements, failures } = run;
    return { machine, options, lines: linesOf(measurements), goals: judgeAll(measurements), failures, measurements };
  } catch (error) {
    // What fails while the server goes down under it is no news.
    if (interrupted) await interrupted;
    throw error;
  } finally {
    await server.stop();
  }
}

let interrupted: Promise<never> | undefined;

/** An interrupted bench leaves neither processes nor its server nor the folder behind. */
function interrupt(opening: Promise<BenchServer>): Promise<never> {
  killJobs();
  interrupted ??= opening.then((server) => server.stop()).then(() => process.exit(INTERRUPTED));
  return interrupted;
}

const lostOfOurs = ({ measurements }: Report): boolean =>
  measurements.some(
    ({ contestant, sample }) => contestant === 'safar' && (sample.lost ?? 0) + (sample.outOfOrder ?? 0) > 0,
  );

process.exitCode = await main(process.argv.slice(2));
