import { type Command } from 'commander';
import { parsePosition } from '#contracts';
import { type ReactionStatus } from '#platform/reactions';
import { operator } from '../operator.js';
import { CommandFailure } from '../failure.js';
import { type Installation } from '../ports.js';
import { textTable } from '../terminal/table.js';
import { isoTime } from '../terminal/terminal.js';
import { asCommand, chosen, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface ParkedOptions extends CommonOptions {
  readonly key?: string;
  readonly all?: boolean;
}
interface ReleaseOptions extends CommonOptions {
  readonly reason?: string;
}
interface DiscardOptions extends CommonOptions {
  readonly reason: string;
  readonly position?: string;
  readonly timer?: string;
}
interface ParkedKey {
  readonly name: string;
  readonly key: string;
}

export function addReactions(program: Command, context: CommandContext): void {
  const reactions = program
    .command('reactions')
    .description('What events and deadlines lead to: how far it is, and what was set aside.');
  const add = (name: string, description: string): Command => reactions.command(name).description(description);

  asCommand(
    add('status', 'How far every reaction is, what is overdue, waits or is parked.').action((options: CommonOptions) =>
      status(context, options),
    ),
    ['safar reactions status', 'safar reactions status --json'],
  );
  asCommand(
    add('parked', 'Events, timers and commands that were set aside because they failed.')
      .argument('[name]', 'otherwise of every reaction')
      .option('--key <key>', 'only of this key')
      .option('--all', 'also those that were decided about')
      .action((name: string | undefined, options: ParkedOptions) => parked(context, name, options)),
    ['safar reactions parked', 'safar reactions parked conversation-clocks --all --json'],
  );
  asCommand(
    add('release', "Handle a key's parked events and timers in their order, and try its parked commands again.")
      .argument('<name>')
      .argument('<key>')
      .option('--reason <text>', 'kept with the decision')
      .action((name: string, key: string, options: ReleaseOptions) => release(context, { name, key }, options)),
    ['safar reactions release conversation-clocks 8f0e…'],
  );
  asCommand(
    add('discard', 'Decide that what is parked of a key is never handled, and let the key go on.')
      .argument('<name>')
      .argument('<key>')
      .requiredOption('--reason <text>', 'kept with the decision')
      .option('--position <position>', 'only the event at this position, or the timer that --timer names')
      .option('--timer <name>', 'the timer that is parked at the position')
      .action((name: string, key: string, options: DiscardOptions) => discard(context, { name, key }, options)),
    ['safar reactions discard conversation-clocks 8f0e… --reason "sent by a test system"'],
  );
  asCommand(
    add('resume', "Let a reaction go on where it was, after the store's epoch was raised.")
      .argument('[names...]')
      .option('--all', 'every reaction')
      .action((names: readonly string[], options: ResumeOptions) => resume(context, names, options)),
    ['safar reactions resume conversation-clocks', 'safar reactions resume --all'],
  );
}

const status = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ reactions }) => {
    const found = await reactions.status();
    if (options.json === true) return context.terminal.printJson(found);
    await context.terminal.print(statusTable(found, context));
  });

function statusTable(found: readonly ReactionStatus[], { terminal: { colours } }: CommandContext): string {
  const coloured = {
    ...{ running: colours.green, waiting: colours.yellow, new: colours.yellow },
    ...{ paused: colours.yellow, failed: colours.red },
  };
  const alarming = (count: number): string => (count === 0 ? '0' : colours.red(String(count)));
  const rows = found.map((reaction) => [
    `${reaction.name} v${String(reaction.version)}`,
    coloured[reaction.state](reaction.state),
    reaction.position.toString(),
    reaction.eventsBehind.toLocaleString('en-GB'),
    `${reaction.secondsBehind.toFixed(1)} s`,
    String(reaction.timers),
    reaction.overdueTimers === 0 ? '0' : `${String(reaction.overdueTimers)} (${reaction.secondsOverdue.toFixed(0)} s)`,
    String(reaction.waitingCommands),
    alarming(reaction.parkedTriggers + reaction.parkedCommands),
    reaction.error ?? '',
  ]);
  const head = ['reaction', 'state', 'position', 'behind', 'age', 'timers', 'overdue', 'waiting', 'parked', ''];
  return textTable(head, rows);
}

const parked = (
  context: CommandContext,
  name: string | undefined,
  { key, all, ...options }: ParkedOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    if (name !== undefined) checkName(installation, name);
    const names = name === undefined ? installation.reactionNames : [name];
    const filter = { decidedToo: all === true, ...(key === undefined ? {} : { key }) };
    const found = [];
    for (const one of names) {
      const { triggers, commands } = await installation.reactions.parked(one, filter);
      found.push(
        ...triggers.map(({ readAfter, firstAt, dueAt, timer, ...trigger }) => ({
          ...{ kind: timer === '' ? 'event' : 'timer', ...trigger, timer, firstAt: isoTime(firstAt) },
          dueAt: dueAt === null ? null : isoTime(dueAt),
        })),
        ...commands.map(({ at, ...command }) => ({ kind: 'command', type: 'command', ...command, at: isoTime(at) })),
      );
    }
    if (options.json === true) return context.terminal.printJson(found);
    const rows = found.map((one) => [
      ...[one.name, one.key, one.kind, 'position' in one ? one.position.toString() : one.id],
      // A timer by its name, as discard takes it.
      ...['timer' in one && one.timer !== '' ? one.timer : one.type, one.status],
      ...[String(one.attempts), one.error ?? ''],
    ]);
    await context.terminal.print(
      rows.length === 0
        ? 'Nothing is parked.'
        : textTable(['reaction', 'key', 'what', 'position', 'type', 'status', 'tries', 'error'], rows),
    );
  });

const release = (
  context: CommandContext,
  { name, key }: ParkedKey,
  { reason, ...options }: ReleaseOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    checkName(installation, name);
    const released = await installation.reactions.release(name, key, {
      by: operator(),
      ...(reason === undefined ? {} : { reason }),
    });
    const { triggers, commands, stillParked, error } = released;
    if (triggers + commands + stillParked === 0) throw nothingParked(name, key);
    const text = `Released ${String(triggers)} events and timers and ${String(commands)} commands of ${key}; ${String(stillParked)} are still parked`;
    await tell(context, options, released, error === null ? `${text}.` : `${text}: ${error}`);
    if (stillParked > 0) context.ending = 'failed';
  });

const discard = (
  context: CommandContext,
  { name, key }: ParkedKey,
  { reason, position, timer, ...options }: DiscardOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    checkName(installation, name);
    const at = position === undefined ? undefined : parsePosition(position);
    if (position !== undefined && at === undefined)
      throw new CommandFailure(
        'usage',
        `${JSON.stringify(position)} is not a position.`,
        'safar reactions parked shows them.',
      );
    if (timer !== undefined && at === undefined)
      throw new CommandFailure(
        'usage',
        `--timer needs the --position at which ${timer} is parked.`,
        `safar reactions parked ${name} shows both.`,
      );
    const target = { key, ...(at === undefined ? {} : { position: at }), ...(timer === undefined ? {} : { timer }) };
    const decided = await installation.reactions.discard(name, target, { by: operator(), reason });
    if (decided.discarded === 0) throw nothingParked(name, key);
    await tell(context, options, decided, `Discarded ${String(decided.discarded)} of ${key}.`);
  });

interface ResumeOptions extends CommonOptions {
  readonly all?: boolean;
}

const resume = (context: CommandContext, named: readonly string[], options: ResumeOptions): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    const names = chosen(named, options.all === true, installation.reactionNames);
    for (const name of names) checkName(installation, name);
    for (const name of names) {
      const resumed = await installation.reactions.resume(name);
      const text = resumed ? `${name} goes on.` : `${name} is in the store's epoch already.`;
      await tell(context, options, { name, resumed }, text);
    }
  });

const nothingParked = (name: string, key: string): CommandFailure =>
  new CommandFailure(
    'notFound',
    `Nothing of ${key} is parked in ${name}.`,
    `safar reactions parked ${name} shows what is.`,
  );

function checkName({ reactionNames }: Installation, name: string): void {
  if (!reactionNames.includes(name))
    throw new CommandFailure('notFound', `There is no reaction ${name}.`, `There are ${reactionNames.join(', ')}.`);
}

const tell = ({ terminal }: CommandContext, { json }: CommonOptions, document: unknown, text: string): Promise<void> =>
  json === true ? terminal.printJson(document) : terminal.print(text);
