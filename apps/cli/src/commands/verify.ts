import { type Command } from 'commander';
import { type BuildRef } from '#platform/consumers';
import { type LaneStatus, type RowDifference, type Verified } from '#platform/projections';
import { CommandFailure } from '../failure.js';
import { toJson } from '../terminal/terminal.js';
import { asCommand, withInstallation, type CommandContext, type CommonOptions } from './context.js';

export function addVerify(program: Command, context: CommandContext): void {
  const command = program
    .command('verify')
    .description('Compare every row of the read models with a fold of the log in memory, while they go on.')
    .argument('[projections...]', 'only these; otherwise all')
    .action((names: readonly string[], options: CommonOptions) => verify(context, names, options));
  asCommand(command, ['safar verify', 'safar verify timeline --json']).addHelpText(
    'after',
    '\nEnds with 4 when a row differs, and names the first one.',
  );
}

const verify = (context: CommandContext, names: readonly string[], options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ projections, projectionNames }) => {
    const unknown = names.find((name) => !projectionNames.includes(name));
    if (unknown !== undefined)
      throw new CommandFailure(
        'notFound',
        `There is no projection ${unknown}.`,
        `There are ${projectionNames.join(', ')}.`,
      );
    const verified: Verified[] = [];
    for (const name of names.length === 0 ? projectionNames : names) {
      if (context.signal.aborted) return;
      const result = await projections.verify(name);
      verified.push(result);
      if (options.json !== true) await context.terminal.print(verifiedText(result, context));
    }
    const notCompared = othersThan(verified, await projections.status());
    if (options.json === true)
      await context.terminal.printJson({ ok: verified.every(({ ok }) => ok), projections: verified, notCompared });
    else if (notCompared.length > 0)
      await context.terminal.print(
        context.terminal.colours.dim(`not compared: ${notCompared.map(buildText).join(', ')}`),
      );
    if (!verified.every(({ ok }) => ok)) context.ending = 'differences';
  });

interface OtherBuild extends BuildRef {
  readonly role: LaneStatus['role'];
  /** By some process, at the moment. */
  readonly fed: boolean;
}

/** Builds that are there and were not looked at: they are not read by queries, or belong to read models that nobody asked about. */
const othersThan = (verified: readonly Verified[], lanes: readonly LaneStatus[]): readonly OtherBuild[] =>
  lanes
    .filter(({ lane }) => lane === 0)
    .filter(({ name, build }) => !verified.some((done) => done.name === name && done.build === build))
    .map(({ name, version, build, role, state }) => ({ name, version, build, role, fed: state === 'running' }));

const buildText = ({ name, version, build, role, fed }: OtherBuild): string =>
  `${name} v${String(version)}.${String(build)} (${role}${fed ? '' : ', nobody feeds it'})`;

function verifiedText(verified: Verified, { terminal: { colours } }: CommandContext): string {
  const name = `${verified.name} v${String(verified.version)}.${String(verified.build)}`;
  const rows = `${verified.rows.toLocaleString('en-GB')} rows`;
  const notes = [
    ...(verified.parkedKeys.length > 0 ? [`${String(verified.parkedKeys.length)} parked keys not compared`] : []),
    ...(verified.erasedKeys.length > 0
      ? [`${String(verified.erasedKeys.length)} keys not compared, whose erasure it has yet to apply`]
      : []),
    ...(verified.discarded > 0 ? [`${String(verified.discarded)} events discarded by decision`] : []),
  ];
  const about = [rows, ...notes, colours.dim(`sha256 ${verified.hash.slice(0, 16)}…`)].join(' · ');
  if (verified.ok) return `${colours.green('✓')} ${name} equals the log · ${about}`;
  return `${colours.red('✗')} ${name} differs in ${verified.differences.toLocaleString('en-GB')} rows · ${about}${verified.first === undefined ? '' : `\n  ${differenceText(verified.first)}`}`;
}

function differenceText({ key, kind, column, expected, found }: RowDifference): string {
  const row = `first at [${key.join(', ')}]`;
  if (kind !== 'different')
    return `${row}: ${kind === 'missing' ? 'the row is missing' : 'there should be no such row'}`;
  return `${row}: ${column ?? '?'} is ${toJson(found ?? null)} and should be ${toJson(expected ?? null)}`;
}
