import { open, rm, type FileHandle } from 'node:fs/promises';
import { type Command } from 'commander';
import { START } from '#kernel';
import { CommandFailure } from '../failure.js';
import { type Installation } from '../ports.js';
import { OutputError } from '../terminal/output-error.js';
import { toJson } from '../terminal/terminal.js';
import { asCommand, confirm, withInstallation, type CommandContext, type CommonOptions } from './context.js';
import { placeFrom } from './tail.js';

interface ExportCommandOptions extends CommonOptions {
  readonly output?: string;
  readonly after: string;
  readonly personal?: boolean;
  readonly yes?: boolean;
}

export function addExport(program: Command, context: CommandContext): void {
  const command = program
    .command('export')
    .description('Write the events of the log as CloudEvents 1.0, one JSON document a line.')
    .option('-o, --output <file>', 'a new file that only you can read; otherwise standard output')
    .option('--after <position>', 'only events after this position', 'start')
    .option('--personal', 'personal fields too; this is written into the audit log')
    .option('--yes', 'do not ask before personal fields are exported')
    .action((options: ExportCommandOptions) => exportEvents(context, options));
  asCommand(command, [
    'safar export > events.jsonl',
    'safar export --after 120000 -o events.jsonl',
    'safar export --personal --yes -o everything.jsonl',
  ]);
}

async function exportEvents(context: CommandContext, options: ExportCommandOptions): Promise<void> {
  const after = placeFrom(options.after);
  if (after === 'now')
    throw new CommandFailure('usage', 'There is nothing to export after now.', 'safar tail --json shows what comes.');
  const personal = options.personal === true;
  if (personal)
    await confirm(
      context,
      options,
      'This exports personal data of every customer, and the audit log says so.',
      'export',
    );
  const writer = await writerFor(context, options.output);
  try {
    await withInstallation(context, options, async (installation) => {
      const count = await writeAll(
        context,
        installation.exportEvents({ personal, after: after === 'start' ? START : after }, context.signal),
        writer,
      );
      await writer.end();
      await tell(context, { count, personal, output: options.output, isJson: options.json === true });
    });
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

interface Writer {
  write(line: string): Promise<void>;
  /** Resolves when everything is written. */
  end(): Promise<void>;
  /** After a failure: half an export is none. */
  abandon(): Promise<void>;
}

async function writeAll(
  { signal, terminal }: CommandContext,
  events: ReturnType<Installation['exportEvents']>,
  writer: Writer,
): Promise<number> {
  let count = 0;
  for await (const event of events) {
    await writer.write(toJson(event));
    count += 1;
    if (signal.aborted || terminal.isClosed) break;
  }
  return count;
}

interface Exported {
  readonly count: number;
  readonly personal: boolean;
  readonly output: string | undefined;
  readonly isJson: boolean;
}

/** Standard output is for the events when they go there. */
async function tell({ terminal }: CommandContext, { count, personal, output, isJson }: Exported): Promise<void> {
  if (isJson && output !== undefined) await terminal.printJson({ events: count, personal, output });
  else if (!isJson)
    terminal.say(
      `${count.toLocaleString('en-GB')} events${personal ? ' with personal fields' : ''}${output === undefined ? '' : ` in ${output}`}`,
    );
}

async function writerFor({ terminal }: CommandContext, output: string | undefined): Promise<Writer> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (output === undefined) return { write: (line) => terminal.print(line), end: nothing, abandon: nothing };
  // A file that is there already may be readable by others, or be somebody's only copy.
  const handle = await open(output, 'wx', 0o600).catch((error: unknown) => {
    throw new CommandFailure(
      'usage',
      `${output} cannot be written: ${error instanceof Error ? error.message : ''}.`,
      'Name a file that does not exist yet.',
    );
  });
  return new NewFile(output, handle);
}

const WRITTEN_AT_ONCE = 65_536;

class NewFile implements Writer {
  private lines = '';
  private isWhole = false;

  constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  async write(line: string): Promise<void> {
    this.lines += `${line}\n`;
    if (this.lines.length >= WRITTEN_AT_ONCE) await this.flush();
  }

  async end(): Promise<void> {
    await this.flush();
    await this.handle.close();
    this.isWhole = true;
  }

  async abandon(): Promise<void> {
    if (this.isWhole) return;
    await this.handle.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  private async flush(): Promise<void> {
    const { lines } = this;
    this.lines = '';
    await this.handle.appendFile(lines).catch((error: unknown) => {
      throw new OutputError(`${this.path} is removed: it`, error);
    });
  }
}
