import { type Command } from 'commander';
import { isForBrowsers, isOrigin, isScope, type Scope, scopes } from '#contracts';
import { type EpochMs } from '#kernel';
import { CommandFailure } from '../failure.js';
import { type ApiKeyView, type IssuedApiKey, type NewApiKey } from '#platform/access';
import { isoTime } from '../terminal/terminal.js';
import { textTable } from '../terminal/table.js';
import {
  asCommand,
  collect,
  wholeNumber,
  withInstallation,
  type CommandContext,
  type CommonOptions,
} from './context.js';

interface CreateOptions extends CommonOptions {
  readonly name: string;
  readonly scope?: readonly string[];
  readonly origin?: readonly string[];
  readonly expiresIn?: number;
}

interface RotateOptions extends CommonOptions {
  readonly overlap: number;
}

/** What a shop that sends touchpoints and shows timelines needs; erasing is given on purpose. */
const DEFAULT_SCOPES: readonly Scope[] = ['touchpoints:write', 'customers:read', 'timelines:read'];
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

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
      .option('--origin <sites>', 'whose pages may send with it, as https://shop.example; for browser:write', collect)
      .option('--expires-in <days>', 'stops working after so many days', wholeNumber(1, 36_500))
      .action((options: CreateOptions) => create(context, options)),
    [
      'safar keys create --name web-shop',
      'safar keys create --name shop-pages --scope browser:write --origin https://shop.example',
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
      .description('Give a key a new secret; the old one works for a while beside it.')
      .argument('<id>', 'as keys list shows it')
      .option('--overlap <hours>', 'how long the old one works; 0 when it leaked', wholeNumber(0, 720), 24)
      .action((id: string, options: RotateOptions) => rotate(context, id, options)),
    ['safar keys rotate 0190a3c2', 'safar keys rotate 0190a3c2 --overlap 0'],
  );
}

function requestFrom({ name, scope = DEFAULT_SCOPES, origin, expiresIn }: CreateOptions): NewApiKey {
  const unknown = scope.find((wanted) => !isScope(wanted));
  if (unknown !== undefined)
    throw new CommandFailure(
      'usage',
      `There is no scope ${JSON.stringify(unknown)}.`,
      `There are ${scopes.join(', ')}.`,
    );
  if (name.length > 100 || name.trim() === '')
    throw new CommandFailure('usage', 'A name has 1 to 100 characters.', 'Say who uses the key.');
  const granted = scope.filter(isScope);
  if (isForBrowsers(granted) && new Set(granted).size > 1)
    throw new CommandFailure('usage', 'A key with browser:write has no other scope.', 'Everybody can read it.');
  if (origin !== undefined && !isForBrowsers(granted))
    throw new CommandFailure('usage', '--origin is for keys with browser:write.', 'No other key belongs in a page.');
  const site = origin?.find((each) => !isOrigin(each));
  if (site !== undefined)
    throw new CommandFailure('usage', `${JSON.stringify(site)} is no site.`, 'Write it as https://shop.example.');
  const expires = expiresIn === undefined ? {} : { expiresAt: Date.now() + expiresIn * DAY_MS };
  return { name, scopes: granted, ...(origin && { origins: origin }), ...expires };
}

const create = (context: CommandContext, options: CreateOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) =>
    show(context, await keys.create(requestFrom(options)), options),
  );

const rotate = (context: CommandContext, id: string, options: RotateOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) => {
    const issued = await keys.rotate(id, options.overlap * HOUR_MS);
    if (issued === undefined) throw noSuchKey(id);
    const previousEndsAt = isoTime(issued.previousEndsAt);
    if (options.json === true) return context.terminal.printJson({ id: issued.id, key: issued.key, previousEndsAt });
    context.terminal.say(`The secret before works until ${previousEndsAt}.`);
    await show(context, issued, options);
  });

async function show({ terminal }: CommandContext, { id, key }: IssuedApiKey, options: CommonOptions): Promise<void> {
  if (options.json === true) return terminal.printJson({ id, key });
  terminal.say(`Key ${id}. Keep it now: it is not shown again.`);
  await terminal.print(key);
}

const list = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) => {
    const views = (await keys.list()).map(viewOf);
    if (options.json === true) return context.terminal.printJson(views);
    const rows = views.map((key) => [
      key.id,
      key.prefix,
      key.name,
      key.scopes.join(' '),
      key.createdAt,
      key.lastUsedAt ?? 'never',
      key.revokedAt ?? key.expiresAt ?? '',
    ]);
    const header = ['id', 'safar_…', 'name', 'scopes', 'created', 'last used', 'ends'];
    const none = 'There is no key; safar keys create makes one.';
    await context.terminal.print(rows.length === 0 ? none : textTable(header, rows));
  });

const viewOf = ({ createdAt, createdBy, expiresAt, revokedAt, lastUsedAt, previous, ...key }: ApiKeyView) => ({
  ...key,
  createdBy: createdBy ?? null,
  previous: previous === undefined ? null : { prefix: previous.prefix, endsAt: isoTime(previous.endsAt) },
  createdAt: isoTime(createdAt),
  expiresAt: when(expiresAt),
  revokedAt: when(revokedAt),
  lastUsedAt: when(lastUsedAt),
});

const when = (at: EpochMs | undefined): string | null => (at === undefined ? null : isoTime(at));

const revoke = (context: CommandContext, id: string, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ keys }) => {
    if (!(await keys.revoke(id))) throw noSuchKey(id);
    if (options.json === true) return context.terminal.printJson({ id, revoked: true });
    await context.terminal.print(`Revoked ${id}.`);
  });

const noSuchKey = (id: string): CommandFailure =>
  new CommandFailure('notFound', `There is no key ${id}.`, 'safar keys list shows them.');
