import { type Command } from 'commander';
import { type Ending } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { type Installation, type Safar } from '../ports.js';
import { type Terminal } from '../terminal/terminal.js';

/** What the commands share. */
export interface CommandContext {
  readonly safar: Safar;
  readonly terminal: Terminal;
  /** Ctrl-C, SIGTERM, or a reader that has gone. */
  readonly signal: AbortSignal;
  /** How the command ends when it does not throw. */
  ending: Ending;
}

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** `--json` on every command, and examples below its help. */
export const asCommand = (command: Command, examples: readonly string[]): Command =>
  command
    .option('--json', 'print JSON for machines')
    .addHelpText('after', ['', 'Examples:', ...examples.map((example) => `  $ ${example}`)].join('\n'));

/** Opens the installation, and closes it whatever happens. */
export async function withInstallation(
  context: CommandContext,
  options: CommonOptions,
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  const { terminal } = context;
  const installation = await context.safar.openInstallation((line) => {
    if (options.json !== true) terminal.say(terminal.colours.dim(line));
  });
  try {
    await work(installation);
  } finally {
    await installation.close();
  }
}

/** Nothing that cannot be undone happens by accident: a person confirms it, a script says --yes. */
export async function confirm(
  context: CommandContext,
  options: CommonOptions & { readonly yes?: boolean },
  question: string,
  answer: string,
): Promise<void> {
  if (options.yes === true) return;
  if (options.json === true || !context.terminal.canAsk)
    throw new CommandFailure('usage', `${question} Nobody is there to answer.`, 'Add --yes to do it.');
  const given = await context.terminal.ask(`${question}\nType ${answer} to go on: `);
  if (given !== answer)
    throw new CommandFailure('failed', 'Not confirmed; nothing was done.', `Type exactly ${answer}, or use --yes.`);
}

/** For options that may be repeated or hold commas. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

export function wholeNumber(minimum: number, maximum: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d{1,9}$/.test(value) && number >= minimum && number <= maximum) return number;
    throw new CommandFailure(
      'usage',
      `${JSON.stringify(value)} is not a whole number from ${String(minimum)} to ${String(maximum)}.`,
      'See --help.',
    );
  };
}

/** What a command is for: those that were named, or all of them. */
export function chosen(named: readonly string[], all: boolean, there: readonly string[]): readonly string[] {
  if (all === named.length > 0)
    throw new CommandFailure(
      'usage',
      'It is not said which are meant.',
      `Name some of ${there.join(', ')}, or give --all.`,
    );
  return all ? there : named;
}
