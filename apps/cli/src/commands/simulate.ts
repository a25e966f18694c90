import { type Command } from 'commander';
import { parseTime } from '#contracts';
import { type EpochMs } from '#kernel';
import { CommandFailure } from '../failure.js';
import { counted } from '../import/display.js';
import { type Tally } from '../import/tally.js';
import { type Installation } from '../ports.js';
import { leavingCustomer } from '../simulator/cast.js';
import { runLive, storeHistory, type SimulationReport } from '../simulator/run-simulation.js';
import { SimulationDisplay } from '../simulator/simulation-display.js';
import {
  isSamePlan,
  planFor,
  remember,
  rememberedIn,
  type RememberedSimulation,
} from '../simulator/simulation-state.js';
import {
  leastCustomers,
  leastYears,
  mostCustomers,
  mostYears,
  Simulation,
  type SimulationPlan,
} from '../simulator/simulation.js';
import { isoTime } from '../terminal/terminal.js';
import {
  asCommand,
  confirm,
  wholeNumber,
  withInstallation,
  type CommandContext,
  type CommonOptions,
} from './context.js';

interface SimulateOptions extends CommonOptions {
  readonly customers: number;
  readonly years: number;
  readonly seed: number;
  readonly until?: EpochMs;
  readonly live?: boolean;
  readonly rate: number;
  readonly for?: number;
  readonly concurrency: number;
  readonly wait: boolean;
  readonly yes?: boolean;
}

const BATCH_SIZE = 250;
const APPLY_PATIENCE_MS = 60_000;

export function addSimulate(program: Command, context: CommandContext): void {
  const command = program
    .command('simulate')
    .description(
      'Store the history of a made-up shop and its customers, and go on live if wanted (docs/how-to/demo.md).',
    )
    .option('--customers <n>', 'customers and prospects', wholeNumber(leastCustomers, mostCustomers), 300)
    .option('--years <n>', `length of the history, ${String(leastYears)}–${String(mostYears)}`, numberOfYears, 1.5)
    .option('--seed <n>', 'the same seed makes the same history', wholeNumber(0, 999_999_999), 7)
    .option('--until <time>', 'end of the history, RFC 3339; otherwise the last full hour', momentFrom)
    .option('--live', 'go on with touchpoints that happen now, until Ctrl-C')
    .option('--rate <n/s>', 'touchpoints of --live: 5/s, 30/min, 200/h', rateFrom, 1)
    .option('--for <seconds>', 'end --live after so many seconds', wholeNumber(1, 31_536_000))
    .option('--concurrency <n>', 'batches on their way at once, 1–8', wholeNumber(1, 8), 1)
    .option('--no-wait', 'do not wait until the timelines show the history')
    .option('-y, --yes', 'also into an installation that holds other touchpoints')
    .action((options: SimulateOptions) =>
      withInstallation(context, options, (installation) => simulate(context, installation, options)),
    );
  asCommand(command, [
    'safar simulate',
    'safar simulate --customers 5000 --years 3 --seed 7',
    'safar simulate --live --rate 5/s',
  ]).addHelpText(
    'after',
    '\nThe same command again stores nothing twice; after Ctrl-C it goes on. Nobody in it is real: docs/how-to/demo.md.',
  );
}

async function simulate(context: CommandContext, installation: Installation, options: SimulateOptions): Promise<void> {
  const { terminal, signal } = context;
  const before = await rememberedIn(installation);
  const plan = planFor(options, before, Date.now());
  if (plan.until > Date.now())
    throw new CommandFailure('usage', 'The history would end in the future.', 'See --until.');
  await confirmMixing(context, installation, { options, before, plan });
  const display = new SimulationDisplay(
    terminal,
    options.json === true ? 'silent' : terminal.isInteractive ? 'bar' : 'lines',
  );
  const simulation = new Simulation(plan);
  const startedAt = Date.now();
  let history: SimulationReport;
  try {
    await remember(installation, { plan, position: null });
    const { concurrency } = options;
    const onProgress = display.show.bind(display);
    history = await storeHistory({
      ...{ simulation, recorder: installation, batchSize: BATCH_SIZE, concurrency, signal, onProgress },
    });
  } finally {
    display.end();
  }
  refuseRefused(history);
  if (history.finished) await remember(installation, { plan, position: history.position ?? null });
  const seconds = (Date.now() - startedAt) / 1000;
  if (options.wait && history.finished && history.position !== undefined)
    await installation.waitUntilApplied(BigInt(history.position), APPLY_PATIENCE_MS);
  if (options.json !== true) await terminal.print(historyText(plan, history, seconds));
  const live =
    options.live === true && history.finished
      ? await goLive(context, installation, { options, simulation, display })
      : undefined;
  if (options.json === true)
    await terminal.printJson({
      ...{ seed: plan.seed, customers: plan.customers, years: plan.years, until: isoTime(plan.until) },
      history: viewOf(history),
      ...(live === undefined ? {} : { live: viewOf(live) }),
      seconds,
    });
  else if (live !== undefined) await terminal.print(`Live: ${counted(live.tally.accepted)} touchpoints.`);
}

interface Mixing {
  readonly options: SimulateOptions;
  readonly before: RememberedSimulation | undefined;
  readonly plan: SimulationPlan;
}

/** What is stored stays stored: nobody gets made-up customers among real ones by accident. */
async function confirmMixing(
  context: CommandContext,
  installation: Installation,
  { options, before, plan }: Mixing,
): Promise<void> {
  if (isSamePlan(plan, before?.plan)) return;
  const isEmpty = installation.holds === undefined || !(await installation.holds(1n));
  if (isEmpty) return;
  await confirm(
    context,
    options,
    before === undefined
      ? 'This installation holds touchpoints that are not made up; simulated ones cannot be taken out again.'
      : 'This installation holds another simulated history; both would share their customers.',
    'simulate',
  );
}

interface GoingLive {
  readonly options: SimulateOptions;
  readonly simulation: Simulation;
  readonly display: SimulationDisplay;
}

async function goLive(
  { terminal, signal }: CommandContext,
  installation: Installation,
  { options, simulation, display }: GoingLive,
): Promise<SimulationReport> {
  if (options.json !== true) terminal.say(`Live: ${rateText(options.rate)}. Ctrl-C ends it.`);
  const until = options.for === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(options.for * 1000)]);
  const live = await runLive({
    ...{ simulation, recorder: installation, perSecond: options.rate, now: Date.now, signal: until },
    onProgress: (tally) => display.showLive(tally),
  });
  refuseRefused(live);
  return live;
}

/** What is generated is valid; a refusal is a history under ids that another version of Safar used. */
function refuseRefused({ tally }: SimulationReport): void {
  if (tally.refused === 0) return;
  throw new CommandFailure(
    'failed',
    `${counted(tally.refused)} simulated touchpoints were refused.`,
    'They were generated differently before, by another version of Safar: use another --seed.',
  );
}

const viewOf = ({ finished, tally, position }: SimulationReport): object => ({
  finished,
  touchpoints: totalsOf(tally),
  position: position ?? null,
});
const totalsOf = ({ accepted, duplicate, refused, byKind }: Tally): object => ({
  accepted,
  duplicate,
  refused,
  byKind,
});

function historyText(plan: SimulationPlan, { finished, tally }: SimulationReport, seconds: number): string {
  const kinds = Object.entries(tally.byKind)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${counted(count)} ${kind}`);
  return [
    `${finished ? 'Simulated' : 'Interrupted:'} ${counted(plan.customers)} customers, ${String(plan.years)} years until ${isoTime(plan.until)}, seed ${String(plan.seed)}, ${seconds.toFixed(1)} s`,
    `  touchpoints  ${counted(tally.accepted)} accepted · ${counted(tally.duplicate)} duplicate  (${kinds.join(', ')})`,
    finished
      ? `  Look at the customer who is about to leave: safar timeline customer_number:${leavingCustomer}`
      : 'Run the same command again to go on.',
  ].join('\n');
}

export const rateText = (perSecond: number): string =>
  perSecond >= 1
    ? `${String(perSecond)} touchpoints a second`
    : `${String(Math.round(perSecond * 60))} touchpoints a minute`;

const secondsIn: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

/** Touchpoints a second. */
export function rateFrom(text: string): number {
  const [, count, unit = 's'] = /^(\d{1,5}(?:\.\d{1,3})?)(?:\/(s|min|h))?$/.exec(text) ?? [];
  const perSecond = Number(count) / (secondsIn[unit] ?? 1);
  if (perSecond > 0 && perSecond <= 1000) return perSecond;
  throw new CommandFailure(
    'usage',
    `${JSON.stringify(text)} is not a rate up to 1000/s.`,
    'For example 5/s, 30/min, 200/h.',
  );
}

function numberOfYears(text: string): number {
  const years = Number(text);
  if (/^\d{1,2}(\.\d{1,2})?$/.test(text) && years >= leastYears && years <= mostYears) return years;
  throw new CommandFailure(
    'usage',
    `${JSON.stringify(text)} is not a number of years from ${String(leastYears)} to ${String(mostYears)}.`,
    'See --help.',
  );
}

function momentFrom(text: string): EpochMs {
  const time = parseTime(text);
  if ('epochMs' in time) return time.epochMs;
  throw new CommandFailure('usage', `${JSON.stringify(text)} is not a time.`, 'For example 2026-03-21T00:00:00Z.');
}
