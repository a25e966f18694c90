import { type Command } from 'commander';
import { type StoreAdmin, type StoreReport } from '#wiring/operations';
import { operator } from '../operator.js';
import { asCommand, confirm, type CommandContext, type CommonOptions } from './context.js';

interface RaiseOptions extends CommonOptions {
  readonly yes?: boolean;
}

export function addStore(program: Command, context: CommandContext): void {
  const store = program.command('store').description('The event store itself, also when it cannot be opened as it is.');
  asCommand(
    store
      .command('status')
      .description('Which log this is, how far it goes, and what keeps it from being opened.')
      .action((options: CommonOptions) => status(context, options)),
    ['safar store status', 'safar store status --json'],
  ).addHelpText('after', '\nEnds with 1 when the store cannot be opened as it is.');
  asCommand(
    store
      .command('raise-epoch')
      .description('Continue with the log as it is, after a restore or a fail-over.')
      .option('--yes', 'do not ask')
      .action((options: RaiseOptions) => raise(context, options)),
    ['safar store raise-epoch', 'safar store raise-epoch --yes'],
  ).addHelpText('after', `\n${WHAT_IT_DOES}`);
}

const WHAT_IT_DOES = `The marks of the store are read from the log as it is. What was answered for events that are not in it is
forgotten. Erasures of the ledger are repeated. Every process that has the store open stops and has to be
started again; read models have to be rebuilt. Nothing is taken out of the log.`;

async function withStore(
  { safar, terminal }: CommandContext,
  options: CommonOptions,
  work: (store: StoreAdmin) => Promise<void>,
): Promise<void> {
  const store = await safar.openStore((line) => {
    if (options.json !== true) terminal.say(terminal.colours.dim(line));
  });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

const status = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withStore(context, options, async (store) => {
    const report = await store.status();
    const { problem, ...facts } = report;
    if (options.json === true)
      await context.terminal.printJson({
        ...facts,
        problem: problem === undefined ? null : { message: problem.message, remedy: problem.remedy },
      });
    else await context.terminal.print(statusText(report, context));
    if (problem !== undefined) context.ending = 'failed';
  });

function statusText({ storeId, epoch, head, mark, problem }: StoreReport, { terminal }: CommandContext): string {
  const { colours } = terminal;
  return [
    `store     ${storeId}`,
    `epoch     ${epoch.toString()}`,
    `head      ${head.toString()}`,
    `mark      ${mark.toString()}  (an event at this position was committed)`,
    problem === undefined ? `${colours.green('✓')} It can be opened.` : `${colours.red('✗')} ${problem.message}`,
  ].join('\n');
}

async function raise(context: CommandContext, options: RaiseOptions): Promise<void> {
  const { terminal } = context;
  await confirm(context, options, WHAT_IT_DOES, 'raise');
  await withStore(context, options, async (store) => {
    const epoch = await store.raiseEpoch({ actor: { kind: 'operator', id: operator() } });
    const { head } = await store.status();
    if (options.json === true) return terminal.printJson({ epoch, head });
    await terminal.print(
      `The store is in epoch ${epoch.toString()}; its log ends at ${head.toString()}. Rebuild the read models now: safar projections rebuild NAME, for each that safar projections status shows.`,
    );
  });
}
