import { Command, CommanderError } from 'commander';
import { addAudit } from './commands/audit.js';
import { addCalendars } from './commands/calendars.js';
import { addDoctor } from './commands/doctor.js';
import { addErase } from './commands/erase.js';
import { addExport } from './commands/export.js';
import { addImport } from './commands/import.js';
import { addKafka } from './commands/kafka.js';
import { addKeys } from './commands/keys.js';
import { addProjections } from './commands/projections.js';
import { addReactions } from './commands/reactions.js';
import { addRouting } from './commands/routing.js';
import { addSimulate } from './commands/simulate.js';
import { addQuarantine } from './commands/quarantine.js';
import { addStore } from './commands/store.js';
import { addTail } from './commands/tail.js';
import { addTimeline } from './commands/timeline.js';
import { addUsers } from './commands/users.js';
import { addVerify } from './commands/verify.js';
import { type CommandContext } from './commands/context.js';
import { exitCodes, type Ending } from './exit-codes.js';
import { describeFailure } from './failure.js';
import { type Safar } from './ports.js';
import { toJson, type Terminal } from './terminal/terminal.js';

export interface Surroundings {
  readonly safar: Safar;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly version: string;
  /** Show where an error happened. */
  readonly debug: boolean;
}

/** Runs one command line, without the name of the program; resolves with the exit code. */
export async function runSafar(parameters: readonly string[], surroundings: Surroundings): Promise<number> {
  const context: CommandContext = { ...surroundings, ending: 'ok' };
  let told: unknown;
  try {
    await programFor(context, surroundings.version, parameters.includes('--json')).parseAsync([...parameters], {
      from: 'user',
    });
  } catch (error) {
    told = error;
    context.ending = endingOf(error, parameters, surroundings);
  }
  await surroundings.terminal.flushed().catch((error: unknown) => {
    if (error !== told) context.ending = endingOf(error, parameters, surroundings);
  });
  return exitCodes[stoppedBy(surroundings.signal) ?? context.ending].code;
}

function programFor(context: CommandContext, version: string, asJson: boolean): Command {
  const { terminal } = context;
  const program = new Command('safar')
    .description('Safar keeps everything that passes between a company and its customers, and shows it.')
    .version(version, '-V, --version')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureOutput({
      // `flushed` tells what went wrong.
      writeOut: (text) => void terminal.print(text.trimEnd()).catch(() => undefined),
      writeErr: (text) => {
        // With --json the reason is told once, as JSON, when it has come up to `endingOf`.
        if (!asJson) terminal.say(text.trimEnd());
      },
    })
    .addHelpText('after', () => exitCodeHelp());
  for (const add of [
    addImport,
    addSimulate,
    addTimeline,
    addTail,
    addExport,
    addErase,
    addVerify,
    addProjections,
    addReactions,
    addRouting,
    addCalendars,
    addStore,
    addKafka,
    addKeys,
    addUsers,
    addAudit,
    addQuarantine,
    addDoctor,
  ])
    add(program, context);
  return program;
}

function exitCodeHelp(): string {
  const lines = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning.replaceAll('`', '')}`,
  );
  return ['', 'Exit codes:', ...lines].join('\n');
}

/** Ctrl-C may surface as an error of whatever was under way: then it is the reason, not the error. */
const stoppedBy = (signal: AbortSignal): Ending | undefined =>
  signal.aborted ? (signal.reason === 'SIGTERM' ? 'terminated' : 'interrupted') : undefined;

function endingOf(error: unknown, parameters: readonly string[], { terminal, debug, signal }: Surroundings): Ending {
  const asJson = parameters.includes('--json');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 'ok';
    const message = error.message.replace(/^error: /, '');
    if (asJson) terminal.say(toJson({ error: { ending: 'usage', message, remedy: '--help shows what there is.' } }));
    return 'usage';
  }
  if (signal.aborted && isAbort(error, signal)) return 'interrupted';
  const { ending, message, remedy } = describeFailure(error);
  if (asJson) terminal.say(toJson({ error: { ending, message, remedy } }));
  else
    terminal.say(
      [
        `${terminal.colours.red('safar:')} ${message}`,
        ...(remedy === '' ? [] : [`${terminal.colours.bold('→')} ${remedy}`]),
      ].join('\n'),
    );
  if (debug && error instanceof Error) terminal.say(error.stack ?? '');
  return ending;
}

const isAbort = (error: unknown, signal: AbortSignal): boolean =>
  error === signal.reason || (error instanceof Error && error.name === 'AbortError');
