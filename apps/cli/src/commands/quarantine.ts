import { type Command } from 'commander';
import { type Quarantined } from '#platform/quarantine';
import { CommandFailure } from '../failure.js';
import { type Installation } from '../ports.js';
import { textTable } from '../terminal/table.js';
import { isoTime } from '../terminal/terminal.js';
import {
  asCommand,
  confirm,
  wholeNumber,
  withInstallation,
  type CommandContext,
  type CommonOptions,
} from './context.js';

interface Selection extends CommonOptions {
  readonly all?: boolean;
  readonly source?: string;
  readonly olderThan?: number;
}

interface ListOptions extends Selection {
  readonly limit?: number;
}

const DAY_MS = 86_400_000;
/** Read, tried again or removed together. */
const BATCH = 200;
const DEFAULT_LIMIT = 50;

export function addQuarantine(program: Command, context: CommandContext): void {
  const quarantine = program
    .command('quarantine')
    .description('Messages of SDKs and records of Kafka that could not be stored as touchpoints.');
  asCommand(
    selecting(quarantine.command('list').description('What is there, and why; oldest first. Never what is in it.'))
      .option('--limit <count>', `at most so many; otherwise ${String(DEFAULT_LIMIT)}`, wholeNumber(1, 10_000))
      .action((options: ListOptions) => list(context, options)),
    ['safar quarantine list', 'safar quarantine list --source web-shop --json'],
  );
  asCommand(
    selecting(quarantine.command('redrive').description('Try messages again, by the rules of today.'))
      .argument('[ids...]', 'as quarantine list shows them')
      .option('--all', 'all of them')
      .action((ids: readonly string[], options: Selection) => redrive(context, ids, options)),
    ['safar quarantine redrive --all', 'safar quarantine redrive --source web-shop'],
  );
  asCommand(
    selecting(quarantine.command('discard').description('Remove messages for good.'))
      .argument('[ids...]', 'as quarantine list shows them')
      .option('--all', 'all of them')
      .option('--yes', 'do not ask')
      .action((ids: readonly string[], options: Selection & { readonly yes?: boolean }) =>
        discard(context, ids, options),
      ),
    ['safar quarantine discard --older-than 30 --yes'],
  );
}

const selecting = (command: Command): Command =>
  command
    .option('--source <source>', 'only of one source')
    .option('--older-than <days>', 'only what came longer ago', wholeNumber(0, 36_500));

/** As they were named, there or not; else those of the selection, in batches. */
async function* chosen(
  installation: Installation,
  ids: readonly string[],
  selection: Selection,
): AsyncGenerator<readonly string[]> {
  if (ids.length > 0) yield ids;
  else for await (const batch of selected(installation, selection)) yield batch.map(({ id }) => id);
}

/** In batches, oldest first; what a batch leaves behind is not met again. */
async function* selected(
  { quarantine }: Installation,
  { all, source, olderThan }: Selection,
): AsyncGenerator<readonly Quarantined[]> {
  if (all !== true && source === undefined && olderThan === undefined)
    throw new CommandFailure('usage', 'Nothing was chosen.', 'Name ids, or use --all, --source or --older-than.');
  // What comes in meanwhile is not meant: it would be followed for ever.
  const before = Date.now() - (olderThan ?? 0) * DAY_MS;
  const filter = { before, ...(source !== undefined && { source }), limit: BATCH };
  let last: Quarantined | undefined;
  do {
    const batch = await quarantine.list({ ...filter, ...(last && { after: last }) });
    if (batch.length > 0) yield batch;
    last = batch.at(-1);
  } while (last !== undefined);
}

const viewOf = ({ id, source, at, reasons, tries, triedAt }: Quarantined) => ({
  id,
  source,
  at: isoTime(at),
  reasons,
  tries,
  triedAt: triedAt === undefined ? null : isoTime(triedAt),
});

const list = (context: CommandContext, options: ListOptions): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    const { limit = DEFAULT_LIMIT } = options;
    const messages: Quarantined[] = [];
    for await (const batch of selected(installation, { all: true, ...options })) {
      messages.push(...batch);
      if (messages.length >= limit) break;
    }
    const views = messages.slice(0, limit).map(viewOf);
    if (options.json === true) return context.terminal.printJson(views);
    const rows = views.map(({ id, source, at, reasons, tries }) => [
      id,
      source,
      at,
      reasons.map(({ pointer, code }) => `${pointer === '' ? '/' : pointer} ${code}`).join(', '),
      String(tries),
    ]);
    const header = ['id', 'source', 'since', 'why', 'tries'];
    await context.terminal.print(rows.length === 0 ? 'Nothing is quarantined.' : textTable(header, rows));
  });

const redrive = (context: CommandContext, ids: readonly string[], options: Selection): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    const counts = { accepted: 0, duplicate: 0, refused: 0, not_there: 0 };
    for await (const batch of chosen(installation, ids, options)) {
      context.signal.throwIfAborted();
      for (const { status } of await installation.quarantine.redrive(batch)) counts[status] += 1;
    }
    const { accepted, duplicate, refused, not_there: notThere } = counts;
    if (options.json === true) return context.terminal.printJson({ accepted, duplicate, refused, notThere });
    await context.terminal.print(
      `${String(accepted)} stored, ${String(duplicate)} were stored before, ${String(refused)} stay in quarantine.`,
    );
    await sayMissing(context, notThere);
  });

const discard = (
  context: CommandContext,
  ids: readonly string[],
  options: Selection & { readonly yes?: boolean },
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    await confirm(context, options, 'Messages will be gone for good.', 'discard');
    let discarded = 0;
    let notThere = 0;
    for await (const batch of chosen(installation, ids, options)) {
      const removed = await installation.quarantine.discard(batch);
      discarded += removed;
      notThere += batch.length - removed;
    }
    if (options.json === true) return context.terminal.printJson({ discarded, notThere });
    await context.terminal.print(`${String(discarded)} discarded.`);
    await sayMissing(context, notThere);
  });

async function sayMissing({ terminal }: CommandContext, count: number): Promise<void> {
  if (count === 0) return;
  await terminal.print(
    `${String(count)} are not there: redriven or discarded before, expired, or removed because whom they named was erased.`,
  );
}
