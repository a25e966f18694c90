import { type Command } from 'commander';
import { parsePosition, parseTimelineParameters } from '#contracts';
import { CommandFailure, queryFailure } from '../failure.js';
import { type TailOptions } from '../ports.js';
import { renderTailLine } from '../timeline/render-timeline.js';
import {
  asCommand,
  collect,
  wholeNumber,
  withInstallation,
  type CommandContext,
  type CommonOptions,
} from './context.js';
import { styleFrom, type StyleOptions } from './timeline.js';

interface TailCommandOptions extends CommonOptions, StyleOptions {
  readonly after: string;
  readonly category?: string;
  readonly kind?: readonly string[];
  readonly channel?: readonly string[];
  readonly limit?: number;
}

export function addTail(program: Command, context: CommandContext): void {
  const command = program
    .command('tail')
    .description(
      "Show everybody's touchpoints and what is decided about them as it is recorded, a line each, until Ctrl-C.",
    )
    .option(
      '--after <position>',
      'begin after this position; start is the first event, now shows only what comes',
      'now',
    )
    .option('--category <category>', 'touchpoint: what was reported; decision: what was decided; otherwise both')
    .option('--kind <kinds>', 'only these kinds; repeat or use commas', collect)
    .option('--channel <channels>', 'only these channels', collect)
    .option('--limit <n>', 'stop after so many', wholeNumber(1, 999_999_999))
    .option('--lang <en|fa>', 'language; otherwise that of the terminal')
    .option('--zone <zone>', 'time zone; otherwise that of this machine')
    .action((options: TailCommandOptions) => tail(context, options));
  asCommand(command, [
    'safar tail',
    'safar tail --kind complaint --lang fa',
    'safar tail --after start --limit 100 --json',
  ]);
}

async function tail(context: CommandContext, options: TailCommandOptions): Promise<void> {
  const { terminal, signal } = context;
  const style = styleFrom(terminal, options);
  const wanted = wantedFrom(options);
  await withInstallation(context, options, async (installation) => {
    let shown = 0;
    for await (const entry of installation.tail(wanted, signal)) {
      if (options.json === true) await terminal.printJson(entry);
      else await terminal.print(renderTailLine(entry, style));
      shown += 1;
      if (shown === options.limit || signal.aborted || terminal.isClosed) return;
    }
  });
}

function wantedFrom({ after, category, kind, channel }: TailCommandOptions): TailOptions {
  const parsed = parseTimelineParameters({ category, kind, channel });
  if (!parsed.ok) throw queryFailure({ code: 'invalid_parameters', errors: parsed.reason }, '');
  const { kinds = [], channels = [], category: wanted } = parsed.value;
  return { after: placeFrom(after), kinds, channels, ...(wanted && { category: wanted }) };
}

export function placeFrom(after: string): TailOptions['after'] {
  if (after === 'now' || after === 'start') return after;
  const position = parsePosition(after);
  if (position !== undefined) return position;
  throw new CommandFailure(
    'usage',
    `${JSON.stringify(after)} is not a position.`,
    'Use start, now, or a position as it was answered.',
  );
}
