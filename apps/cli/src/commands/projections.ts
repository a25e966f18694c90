import { type Command } from 'commander';
import { parsePosition } from '#contracts';
import { type LaneStatus, type ParkedEvent, type RebuildProgress } from '#platform/projections';
import { operator } from '../operator.js';
import { CommandFailure } from '../failure.js';
import { type Installation } from '../ports.js';
import { textTable } from '../terminal/table.js';
import { isoTime } from '../terminal/terminal.js';
import {
  asCommand,
  chosen,
  withInstallation,
  wholeNumber,
  type CommandContext,
  type CommonOptions,
} from './context.js';
import { fillingLines } from './filling.js';
import { RebuildDisplay } from './rebuild-display.js';

interface RebuildCommandOptions extends CommonOptions {
  readonly all?: boolean;
  readonly lanes?: number;
  readonly promote: boolean;
}
interface PromoteCommandOptions extends CommonOptions {
  readonly build?: number;
  readonly force?: boolean;
}
interface ParkedOptions extends CommonOptions {
  readonly key?: string;
  readonly all?: boolean;
}
interface DecisionOptions extends CommonOptions {
  readonly reason?: string;
}
interface DiscardOptions extends CommonOptions {
  readonly reason: string;
  readonly position?: string;
}

export function addProjections(program: Command, context: CommandContext): void {
  const projections = program
    .command('projections')
    .description('Read models: how far they are, rebuilding them, and events that were set aside.');
  const add = (name: string, description: string): Command => projections.command(name).description(description);

  asCommand(
    add('status', 'How far every lane of every build is.').action((options: CommonOptions) => status(context, options)),
    ['safar projections status', 'safar projections status --json'],
  );
  asCommand(
    add('rebuild', 'Fill a new build from the first event, beside the one that is read, and promote it.')
      .argument('[names...]')
      .option('--all', 'every read model, one after the other')
      .option('--lanes <n>', 'consumers that share the work; otherwise as many as now', wholeNumber(1, 64))
      .option('--no-promote', 'leave the old build in use')
      .action((names: readonly string[], options: RebuildCommandOptions) => rebuild(context, names, options)),
    ['safar projections rebuild timeline', 'safar projections rebuild customers --lanes 4 --no-promote'],
  );
  asCommand(
    add('promote', 'Let queries read the newest build, or another one.')
      .argument('<name>')
      .option('--build <n>', 'this build', wholeNumber(1, 999_999_999))
      .option('--force', 'also when it is behind the one in use')
      .action((name: string, options: PromoteCommandOptions) => promote(context, name, options)),
    ['safar projections promote timeline', 'safar projections promote timeline --build 3'],
  );
  asCommand(
    add('rollback', 'Let queries read the build before.')
      .argument('<name>')
      .action((name: string, options: CommonOptions) => rollback(context, name, options)),
    ['safar projections rollback timeline'],
  );
  asCommand(
    add('drop', 'Remove a build that queries do not read.')
      .argument('<name>')
      .argument('<build>', 'its number', wholeNumber(1, 999_999_999))
      .action((name: string, build: number, options: CommonOptions) => drop(context, { name, build }, options)),
    ['safar projections drop customers 2'],
  );
  addParking(add, context);
}

function addParking(add: (name: string, description: string) => Command, context: CommandContext): void {
  asCommand(
    add('parked', 'Events that were set aside because applying them failed.')
      .argument('[name]', 'otherwise of every projection')
      .option('--key <key>', 'only of this key')
      .option('--all', 'also those that were released or discarded')
      .action((name: string | undefined, options: ParkedOptions) => parked(context, name, options)),
    ['safar projections parked', 'safar projections parked timeline --all --json'],
  );
  asCommand(
    add('release', "Apply a key's parked events, in their order.")
      .argument('<name>')
      .argument('<key>')
      .option('--reason <text>', 'kept with the decision')
      .action((name: string, key: string, options: DecisionOptions) => release(context, { name, key }, options)),
    ['safar projections release timeline 8f0e…'],
  );
  asCommand(
    add('discard', 'Decide that parked events are never applied. They stay in the log.')
      .argument('<name>')
      .argument('<key>')
      .requiredOption('--reason <text>', 'kept with the decision')
      .option('--position <position>', 'only this event')
      .action((name: string, key: string, options: DiscardOptions) => discard(context, { name, key }, options)),
    ['safar projections discard timeline 8f0e… --reason "sent by a test system"'],
  );
}

interface ParkedKey {
  readonly name: string;
  readonly key: string;
}

const status = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ projections }) => {
    const lanes = await projections.status();
    if (options.json === true)
      return context.terminal.printJson(
        lanes.map((lane) => ({
          ...lane,
          oldestParkedAt: lane.oldestParkedAt === null ? null : isoTime(lane.oldestParkedAt),
        })),
      );
    await context.terminal.print(statusTable(lanes, context));
  });

function statusTable(lanes: readonly LaneStatus[], { terminal }: CommandContext): string {
  const { colours } = terminal;
  const coloured = { running: colours.green, waiting: colours.yellow, paused: colours.yellow, failed: colours.red };
  const rows = lanes.map((lane) => [
    `${lane.name} v${String(lane.version)}.${String(lane.build)}`,
    `${String(lane.lane + 1)}/${String(lane.lanes)}`,
    lane.filling ? 'filling' : lane.role,
    coloured[lane.state](lane.state),
    lane.position.toString(),
    lane.eventsBehind.toLocaleString('en-GB'),
    `${lane.secondsBehind.toFixed(1)} s`,
    lane.parked === 0 ? '0' : colours.red(String(lane.parked)),
    lane.error ?? '',
  ]);
  return rows.length === 0
    ? 'No projection has run here yet; npm start runs them.'
    : [
        textTable(['projection', 'lane', 'role', 'state', 'position', 'behind', 'age', 'parked', ''], rows),
        ...fillingLines(lanes),
      ].join('\n');
}

const rebuild = (context: CommandContext, named: readonly string[], options: RebuildCommandOptions): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    const names = chosen(named, options.all === true, installation.projectionNames);
    for (const name of names) checkName(installation, name);
    for (const name of names) await rebuildOne(context, installation, name, options);
  });

async function rebuildOne(
  context: CommandContext,
  installation: Installation,
  name: string,
  options: RebuildCommandOptions,
): Promise<void> {
  const display = new RebuildDisplay(
    context.terminal,
    options.json === true ? 'silent' : context.terminal.isInteractive ? 'bar' : 'lines',
  );
  const onProgress = (progress: RebuildProgress): void => display.show(progress);
  const built = await installation.projections
    .rebuild(name, {
      promote: options.promote,
      signal: context.signal,
      onProgress,
      ...(options.lanes === undefined ? {} : { lanes: options.lanes }),
    })
    .finally(() => display.end());
  await tell(
    context,
    options,
    { ...built, promoted: options.promote },
    `Built ${name} v${String(built.version)}.${String(built.build)}${options.promote ? ' and promoted it' : ''}.`,
  );
}

const promote = (
  context: CommandContext,
  name: string,
  { build, force, ...options }: PromoteCommandOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    checkName(installation, name);
    const built = await installation.projections.promote(name, {
      force: force === true,
      ...(build === undefined ? {} : { build }),
    });
    await tell(context, options, built, `Queries read ${name} v${String(built.version)}.${String(built.build)}.`);
  });

const rollback = (context: CommandContext, name: string, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    checkName(installation, name);
    const built = await installation.projections.rollback(name);
    await tell(context, options, built, `Queries read ${name} v${String(built.version)}.${String(built.build)} again.`);
  });

/** Also of a read model that this code does not have any more. */
const drop = (
  context: CommandContext,
  { name, build }: { readonly name: string; readonly build: number },
  options: CommonOptions,
): Promise<void> =>
  withInstallation(context, options, async ({ projections }) => {
    const found = (await projections.status()).find((lane) => lane.name === name && lane.build === build);
    if (!found)
      throw new CommandFailure(
        'notFound',
        `${name} has no build ${String(build)}.`,
        'safar projections status shows which there are.',
      );
    if (found.role === 'active')
      throw new CommandFailure(
        'failed',
        `Queries read build ${String(build)} of ${name}.`,
        `safar projections promote ${name} lets them read another.`,
      );
    await projections.drop(name, build);
    await tell(context, options, { name, build }, `Dropped build ${String(build)} of ${name}.`);
  });

const parked = (
  context: CommandContext,
  name: string | undefined,
  { key, all, ...options }: ParkedOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    if (name !== undefined) checkName(installation, name);
    const names = name === undefined ? installation.projectionNames : [name];
    const filter = { decidedToo: all === true, ...(key === undefined ? {} : { key }) };
    const found: ParkedEvent[] = [];
    for (const one of names) found.push(...(await installation.projections.parked(one, filter)));
    if (options.json === true)
      return context.terminal.printJson(
        found.map((event) => ({
          ...event,
          firstAt: isoTime(event.firstAt),
          decidedAt: event.decidedAt === null ? null : isoTime(event.decidedAt),
        })),
      );
    const rows = found.map((event) => [
      event.name,
      event.key,
      event.position.toString(),
      event.type,
      event.status,
      String(event.attempts),
      isoTime(event.firstAt),
      event.error ?? '',
    ]);
    await context.terminal.print(
      rows.length === 0
        ? 'Nothing is parked.'
        : textTable(['projection', 'key', 'position', 'type', 'status', 'tries', 'since', 'error'], rows),
    );
  });

const release = (
  context: CommandContext,
  { name, key }: ParkedKey,
  { reason, ...options }: DecisionOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    checkName(installation, name);
    const released = await installation.projections.release(name, key, {
      by: operator(),
      ...(reason === undefined ? {} : { reason }),
    });
    if (released.length === 0) throw nothingParked(name, key);
    const count = released.reduce((sum, build) => sum + build.released, 0);
    const waiting = released.reduce((sum, build) => sum + build.stillParked, 0);
    const why = released.flatMap(({ error }) => (error === null ? [] : [error]));
    await tell(
      context,
      options,
      released,
      `Released ${String(count)} events of ${key}; ${String(waiting)} are still parked${why.length === 0 ? '.' : `: ${why.join('; ')}`}`,
    );
    if (waiting > 0) context.ending = 'failed';
  });

const discard = (
  context: CommandContext,
  { name, key }: ParkedKey,
  { reason, position, ...options }: DiscardOptions,
): Promise<void> =>
  withInstallation(context, options, async (installation) => {
    checkName(installation, name);
    const at = position === undefined ? undefined : parsePosition(position);
    if (position !== undefined && at === undefined)
      throw new CommandFailure(
        'usage',
        `${JSON.stringify(position)} is not a position.`,
        'safar projections parked shows them.',
      );
    const decided = await installation.projections.discard(
      name,
      { key, ...(at === undefined ? {} : { position: at }) },
      { by: operator(), reason },
    );
    if (decided.discarded === 0) throw nothingParked(name, key);
    await tell(context, options, decided, `Discarded ${String(decided.discarded)} events of ${key}.`);
  });

const nothingParked = (name: string, key: string): CommandFailure =>
  new CommandFailure(
    'notFound',
    `Nothing of ${key} is parked in ${name}.`,
    `safar projections parked ${name} shows what is.`,
  );

function checkName({ projectionNames }: Installation, name: string): void {
  if (!projectionNames.includes(name))
    throw new CommandFailure('notFound', `There is no projection ${name}.`, `There are ${projectionNames.join(', ')}.`);
}

const tell = ({ terminal }: CommandContext, { json }: CommonOptions, document: unknown, text: string): Promise<void> =>
  json === true ? terminal.printJson(document) : terminal.print(text);
