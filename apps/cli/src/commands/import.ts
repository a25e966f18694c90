import path from 'node:path';
import { type Command } from 'commander';
import { CommandFailure } from '../failure.js';
import { builtInProfiles, loadProfile } from '../import/built-in-profiles.js';
import { ImportDisplay } from '../import/display.js';
import { openInput, type Input } from '../import/input.js';
import { type InputFormat, type Profile } from '../import/profile.js';
import { runImport, type ImportReport } from '../import/run-import.js';
import { reportText, reportView, type ReportedImport } from '../import/report.js';
import { settingsFor, type Source } from '../import/table.js';
import { type Installation } from '../ports.js';
import { asCommand, wholeNumber, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface ImportOptions extends CommonOptions {
  readonly profile?: string;
  readonly format?: string;
  readonly rejects?: string;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly wait: boolean;
}

/** How long the read models may stand still after the last touchpoint before nobody waits for them. They go on by themselves. */
const APPLY_PATIENCE_MS = 60_000;

export function addImport(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .description('Store touchpoints from a CSV or JSON Lines file (.gz too), or from standard input.')
    .argument('<file>', 'the file; - reads standard input')
    .option(
      '-p, --profile <name|file>',
      `how rows become touchpoints: ${builtInProfiles.join(', ')}, or a JSON file (docs/how-to/import.md); without it each line is a touchpoint in JSON`,
    )
    .option('--format <csv|jsonl>', 'what the input is; otherwise by the name of the file, then by the profile')
    .option(
      '--rejects <file>',
      'where refused rows go; otherwise <name of the input>.rejected.csv or .jsonl in this folder',
    )
    .option('--batch-size <n>', 'touchpoints sent together, 1–500', wholeNumber(1, 500), 250)
    .option(
      '--concurrency <n>',
      'batches on their way at once, 1–8; with 1 the log keeps the order of the file, even across a kill',
      wholeNumber(1, 8),
      1,
    )
    .option('--no-wait', 'do not wait until the timelines show what was imported')
    .action((file: string, options: ImportOptions) => importFile(context, file, options));
  asCommand(command, [
    'safar import --profile online-retail online-retail.csv',
    'xz -dc online-retail.csv.xz | safar import --profile online-retail -',
    'safar import --profile ./my-shop.json --rejects refused.csv orders.csv.gz',
    'safar import touchpoints.jsonl --json',
  ]).addHelpText(
    'after',
    '\nCtrl-C stops it; the same command goes on where it stopped. Running it again stores nothing twice.',
  );
}

async function importFile(context: CommandContext, file: string, options: ImportOptions): Promise<void> {
  const format = formatFrom(options.format);
  const profile = options.profile === undefined ? undefined : await loadProfile(options.profile);
  const input = await openInput(file, context.terminal.stdin, context.signal);
  try {
    const source = sourceFrom(input, profile, format);
    const rejectsPath = rejectsFor(source, file, options.rejects);
    await withInstallation(context, options, (installation) =>
      importInto(context, installation, { source, rejectsPath, options }),
    );
  } finally {
    await input.close();
  }
}

interface ImportRequest {
  readonly source: Source;
  readonly rejectsPath: string;
  readonly options: ImportOptions;
}

async function importInto(
  context: CommandContext,
  installation: Installation,
  { source, rejectsPath, options }: ImportRequest,
): Promise<void> {
  const { terminal, signal } = context;
  const startedAt = Date.now();
  const display = new ImportDisplay(
    terminal,
    options.json === true ? 'silent' : terminal.isInteractive ? 'bar' : 'lines',
  );
  let report: ImportReport;
  try {
    report = await runImport({
      source,
      rejectsPath,
      recorder: installation,
      installation: installation.id,
      holds: (position) => installation.holds?.(position) ?? Promise.resolve(true),
      dataDir: installation.dataDir,
      batchSize: options.batchSize,
      concurrency: options.concurrency,
      signal,
      onProgress: (progress) => display.show(progress),
    });
  } finally {
    display.end();
  }
  const applied = await waitForTimelines(installation, report, options.wait && !signal.aborted);
  const reported: ReportedImport = {
    report,
    input: source.input.name,
    profile: source.profile?.name,
    seconds: (Date.now() - startedAt) / 1000,
    applied,
  };
  if (options.json === true) await terminal.printJson(reportView(reported));
  else await terminal.print(reportText(reported, terminal.colours));
  if (report.finished && Object.keys(report.tally.rowsRefused).length > 0) context.ending = 'someRefused';
}

async function waitForTimelines(
  installation: Installation,
  report: ImportReport,
  isWanted: boolean,
): Promise<boolean | undefined> {
  if (!isWanted || report.position === undefined) return undefined;
  return installation.waitUntilApplied(BigInt(report.position), APPLY_PATIENCE_MS);
}

function formatFrom(format: string | undefined): InputFormat | undefined {
  if (format === undefined || format === 'csv' || format === 'jsonl') return format;
  throw new CommandFailure('usage', `There is no format ${JSON.stringify(format)}.`, 'Use csv or jsonl.');
}

function sourceFrom(input: Input, profile: Profile | undefined, format: InputFormat | undefined): Source {
  const settings = settingsFor(input.name, profile, format);
  if (profile !== undefined) return { input, settings, profile };
  if (settings.format === 'csv')
    throw new CommandFailure(
      'usage',
      'A CSV needs a mapping profile.',
      `Add --profile: ${builtInProfiles.join(', ')}, or a file as in docs/how-to/import.md.`,
    );
  return { input, settings };
}

function rejectsFor({ input, settings }: Source, file: string, wanted: string | undefined): string {
  const rejects = path.resolve(
    wanted ??
      `${input.name.replace(/\.gz$/i, '').replace(/\.(csv|tsv|jsonl|ndjson)$/i, '')}.rejected.${settings.format}`,
  );
  if (file !== '-' && rejects === path.resolve(file))
    throw new CommandFailure('usage', 'The rejects would overwrite the input.', 'Name another file with --rejects.');
  return rejects;
}
