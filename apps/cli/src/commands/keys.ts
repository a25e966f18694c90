import { type Command } from 'commander';
import { type EpochMs } from '#kernel';
import { CommandFailure } from '../failure.js';
import { type IssuedApiKey } from '../ports.js';
import { isoTime } from '../terminal/terminal.js';
import { textTable } from '../terminal/table.js';
import { asCommand, collect, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface CreateOptions extends CommonOptions {
  readonly name: string;
  readonly scope?: readonly string[];
}

/** What a shop that sends touchpoints and shows timelines needs; erasing is given on purpose. */
const DEFAULT_SCOPES = ['touchpoints:write', 'customers:read'];

export function addKeys(program: Command, context: CommandContext): void {
  const keys = program.command('keys').description('API keys of the HTTP API. Only their hashes are kept.');
  asCommand(
    keys
      .command('create')
      .description('Make a key. It is shown once.')
      .requiredOption('--name <name>', 'who uses it')
      .option(
        '--scope <scopes>',
        `what it may do; repeat or use commas; otherwise ${DEFAULT_SCOPES.join(', ')}`,
        collect,
      )
      .action((options: CreateOptions) => create(context, options)),
    [
      'safar keys create --name web-shop',
      'safar keys create --name privacy-desk --scope customers:read,customers:erase',
    ],
  );
  asCommand(
    keys
      .command('list')
      .description('All keys, without the keys themselves.')
      .action((options: CommonOptions) => list(context, options)),
    ['safar keys list', 'safar keys list --json'],
  );
  asCommand(
    keys
      .command('revoke')
      .description('Make a key useless, at once.')
      .argument('<id>', 'as keys list shows it')
      .action((id: string, options: CommonOptions) => revoke(context, id, options)),
    ['safar keys revoke 0190a3c2'],
  );
  asCommand(
    keys
      .command('rotate')
      .description('Make a new key with the same name and scopes and revoke the old one.')
      .argument('<id>', 'as keys list shows it')
      .action((id: string, options: CommonOptions) => rotate(context, id, options)),
    ['safar keys rotate 0190a3c2'],
  );
}

const create = (context: CommandContext, options: CreateOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) =>
    show(context, await keys.create(options.name, options.scope ?? DEFAULT_SCOPES), options),
  );

const rotate = (context: CommandContext, id: string, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) => {
    const issued = await keys.rotate(id);
    if (issued === undefined) throw noSuchKey(id);
    await show(context, issued, options);
  });

async function show({ terminal }: CommandContext, { id, key }: IssuedApiKey, options: CommonOptions): Promise<void> {
  if (options.json === true) return terminal.printJson({ id, key });
  terminal.say(`Key ${id}. Keep it now: it is not shown again.`);
  await terminal.print(key);
}

const list = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) => {
    const all = await keys.list();
    if (options.json === true)
      return context.terminal.printJson(
        all.map((key) => ({
          ...key,
          createdAt: isoTime(key.createdAt),
          lastUsedAt: when(key.lastUsedAt, null),
          revokedAt: when(key.revokedAt, null),
        })),
      );
    const rows = all.map(({ id, name, scopes, createdAt, lastUsedAt, revokedAt }) => [
      id,
      name,
      scopes.join(' '),
      isoTime(createdAt),
      when(lastUsedAt, 'never'),
      when(revokedAt, ''),
    ]);
    await context.terminal.print(
      rows.length === 0
        ? 'There is no key; safar keys create makes one.'
        : textTable(['id', 'name', 'scopes', 'created', 'last used', 'revoked'], rows),
    );
  });

const when = <Otherwise>(at: EpochMs | null, otherwise: Otherwise): string | Otherwise =>
  at === null ? otherwise : isoTime(at);

const revoke = (context: CommandContext, id: string, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) => {
    if (!(await keys.revoke(id))) throw noSuchKey(id);
    if (options.json === true) return context.terminal.printJson({ id, revoked: true });
    await context.terminal.print(`Revoked ${id}.`);
  });

const noSuchKey = (id: string): CommandFailure =>
  new CommandFailure('notFound', `There is no key ${id}.`, 'safar keys list shows them.');
