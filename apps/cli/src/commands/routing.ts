import { open } from 'node:fs/promises';
import { type Command } from 'commander';
import { parseReplayPolicy, type ReplayFigures, type ReplayPolicy, type RoutingReplay } from '#capabilities';
import { type EpochMs } from '#kernel';
import { CommandFailure } from '../failure.js';
import { textTable } from '../terminal/table.js';
import { asCommand, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface ReplayOptions extends CommonOptions {
  readonly policy: string;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

const MAX_POLICY_BYTES = 1024 * 1024;
const MAX_FAULTS = 10;

export function addRouting(program: Command, context: CommandContext): void {
  const routing = program.command('routing').description('Who is given what, and what would have been.');
  asCommand(
    routing
      .command('replay')
      .description('Replay what was routed against another policy, in memory, and compare waits and breaches.')
      .requiredOption(
        '--policy <file>',
        'how teams and agents are set up otherwise (docs/how-to/routing.md); {} for as they were',
      )
      .option('--from <time>', 'only from then on: 2026-03-21 or 2026-03-21T08:00:00Z', instant)
      .option('--to <time>', 'only up to then', instant)
      .action((options: ReplayOptions) => replay(context, options)),
    [
      'safar routing replay --policy roomier.json --from 2026-03-14',
      'safar routing replay --policy roomier.json --json',
    ],
  );
}

async function replay(context: CommandContext, { policy: file, from, to, json }: ReplayOptions): Promise<void> {
  if (from !== undefined && to !== undefined && from > to)
    throw new CommandFailure('usage', '--to is before --from.', 'Give a time that ends after it begins.');
  const policy = await readPolicy(file);
  await withInstallation(context, { ...(json === true && { json }) }, async (installation) => {
    const time = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const replayed = await installation.replayRouting({ policy, ...time, signal: context.signal });
    if (json === true) await context.terminal.printJson(replayed);
    else await context.terminal.print(textOf(replayed));
  });
}

async function readPolicy(file: string): Promise<ReplayPolicy> {
  const text = await readBounded(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure('usage', `${file} is not JSON: ${reason}`, 'docs/how-to/routing.md has an example.');
  }
  const policy = parseReplayPolicy(value);
  if (policy.ok) return policy.value;
  const faults = policy.reason.slice(0, MAX_FAULTS).map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
  throw new CommandFailure(
    'usage',
    `${file} is no policy. ${faults.join(' ')}`,
    'docs/how-to/routing.md has an example.',
  );
}

async function readBounded(file: string): Promise<string> {
  const refused = (reason: string): CommandFailure =>
    new CommandFailure('usage', `Cannot read ${file}: ${reason}.`, 'Check the name and its permissions.');
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw refused(error instanceof Error ? error.message : String(error));
  });
  try {
    const { size } = await handle.stat();
    if (size > MAX_POLICY_BYTES) throw refused(`it has more than ${MAX_POLICY_BYTES.toLocaleString('en-GB')} bytes`);
    return await handle.readFile('utf8').catch((error: unknown) => {
      throw refused(error instanceof Error ? error.message : String(error));
    });
  } finally {
    await handle.close();
  }
}

function instant(text: string): EpochMs {
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : NaN;
  if (!Number.isNaN(at)) return at;
  throw new CommandFailure(
    'usage',
    `${JSON.stringify(text)} is no time.`,
    'Write 2026-03-21 (midnight UTC) or 2026-03-21T08:00:00Z.',
  );
}

function textOf({ real, other, moved, decisions }: RoutingReplay): string {
  const row = (name: string, of: (figures: ReplayFigures) => string): readonly string[] => [name, of(real), of(other)];
  const table = textTable(
    ['', 'as it was', 'by the policy'],
    [
      row('waited for somebody', ({ waits }) => count(waits.count)),
      row('  mean', ({ waits }) => seconds(waits.meanSeconds)),
      row('  median', ({ waits }) => seconds(waits.medianSeconds)),
      row('  p90', ({ waits }) => seconds(waits.p90Seconds)),
      row('routed', ({ assignments }) => count(assignments.routed)),
      row('taken by hand', ({ assignments }) => count(assignments.byHand)),
      row('still waiting', ({ stillWaiting }) => count(stillWaiting)),
      row('left while waiting', ({ leftWaiting }) => count(leftWaiting)),
      row('breaches', ({ breaches }) => count(breaches)),
      row('assignments', ({ assignmentsHash }) => assignmentsHash.slice(0, 16)),
    ],
  );
  const { recorded, reproduced } = decisions;
  return `${table}\n${count(moved)} conversations went another way; ${count(reproduced)} of ${count(recorded)} stored decisions are reproduced.`;
}

const count = (value: number): string => value.toLocaleString('en-GB');
const seconds = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} s`);
