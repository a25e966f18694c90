import { type Command } from 'commander';
import { isRole, type Role, roles } from '#contracts';
import { type Result } from '#kernel';
import { type IssuedPassword, type UserFailure, type UserView } from '#platform/access';
import { CommandFailure } from '../failure.js';
import { textTable } from '../terminal/table.js';
import { isoTime } from '../terminal/terminal.js';
import { asCommand, collect, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface RoleOptions extends CommonOptions {
  readonly role?: readonly string[];
}

interface DisableOptions extends CommonOptions {
  readonly undo?: boolean;
}

interface SessionOptions extends CommonOptions {
  readonly end?: boolean;
}

const ROLES_HELP = `${roles.join(', ')}; repeat or use commas`;

export function addUsers(program: Command, context: CommandContext): void {
  const users = program.command('users').description('People who sign in. Of passwords, only hashes are kept.');
  addMaking(users, context);
  asCommand(
    users
      .command('list')
      .description('All accounts.')
      .action((options: CommonOptions) => list(context, options)),
    ['safar users list', 'safar users list --json'],
  );
  asCommand(
    users
      .command('disable')
      .description('Sign somebody out everywhere, let them in no more, and give what they have back to the queue.')
      .argument('<user>', 'name or id')
      .option('--undo', 'let them in again')
      .action((user: string, options: DisableOptions) => disable(context, user, options)),
    ['safar users disable sara', 'safar users disable sara --undo'],
  );
  asCommand(
    users
      .command('sessions')
      .description('Where somebody, or everybody, is signed in.')
      .argument('[user]', 'name or id')
      .option('--end', 'sign them out; needs a user')
      .action((user: string | undefined, options: SessionOptions) => sessions(context, user, options)),
    ['safar users sessions', 'safar users sessions sara --end'],
  );
}

function addMaking(users: Command, context: CommandContext): void {
  asCommand(
    users
      .command('add')
      .description('Make an account. Its password is shown once.')
      .argument('<name>', 'what they sign in with')
      .option('--role <roles>', `${ROLES_HELP}; otherwise agent`, collect)
      .action((name: string, options: RoleOptions) => add(context, name, options)),
    ['safar users add sara', 'safar users add reza --role lead,analyst'],
  );
  asCommand(
    users
      .command('role')
      .description('Say what somebody may do, instead of what they may do now.')
      .argument('<user>', 'name or id')
      .requiredOption('--role <roles>', ROLES_HELP, collect)
      .action((user: string, options: RoleOptions) => setRoles(context, user, options)),
    ['safar users role sara --role lead'],
  );
  asCommand(
    users
      .command('reset-password')
      .description('Give somebody a new password, shown once, and sign them out everywhere.')
      .argument('<user>', 'name or id')
      .action((user: string, options: CommonOptions) => resetPassword(context, user, options)),
    ['safar users reset-password sara'],
  );
}

function rolesFrom({ role = ['agent'] }: RoleOptions): readonly Role[] {
  const unknown = role.find((wanted) => !isRole(wanted));
  if (unknown !== undefined)
    throw new CommandFailure('usage', `There is no role ${JSON.stringify(unknown)}.`, `There are ${roles.join(', ')}.`);
  return role.filter(isRole);
}

const add = (context: CommandContext, name: string, options: RoleOptions): Promise<void> => {
  const wanted = rolesFrom(options);
  return withInstallation(context, options, async ({ users }) =>
    showPassword(context, done(await users.add({ name, roles: wanted }), name), options),
  );
};

const resetPassword = (context: CommandContext, user: string, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ users }) =>
    showPassword(context, done(await users.resetPassword(user), user), options),
  );

/** The password alone on standard output, so that a script can take it without a terminal seeing it. */
async function showPassword(
  { terminal }: CommandContext,
  issued: IssuedPassword,
  options: CommonOptions,
): Promise<void> {
  if (options.json === true) return terminal.printJson(issued);
  terminal.say(`${issued.name} signs in with this password. Keep it now: it is not shown again.`);
  await terminal.print(issued.password);
}

const setRoles = (context: CommandContext, user: string, options: RoleOptions): Promise<void> => {
  const wanted = rolesFrom(options);
  return withInstallation(context, options, async ({ users }) => {
    const changed = done(await users.setRoles(user, wanted), user);
    await tell(context, changed, options, `${changed.name} is ${changed.roles.join(', ')} now.`);
  });
};

const disable = (context: CommandContext, user: string, options: DisableOptions): Promise<void> =>
  withInstallation(context, options, async ({ users }) => {
    const isUndo = options.undo === true;
    const changed = done(await users.setDisabled(user, !isUndo), user);
    const text = isUndo
      ? `${changed.name} may sign in again.`
      : `${changed.name} is signed out and cannot sign in. Their open conversations go back to the queue.`;
    await tell(context, changed, options, text);
  });

const tell = ({ terminal }: CommandContext, user: UserView, options: CommonOptions, text: string): Promise<void> =>
  options.json === true ? terminal.printJson(viewOf(user)) : terminal.print(text);

const list = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withInstallation(context, options, async ({ users }) => {
    const views = (await users.list()).map(viewOf);
    if (options.json === true) return context.terminal.printJson(views);
    const rows = views.map((user) => [
      ...[user.id, user.name, user.roles.join(' '), user.signsInBy, user.createdAt],
      user.disabledAt === null ? '' : `disabled ${user.disabledAt}`,
    ]);
    const none = 'There is nobody; safar users add makes an account.';
    const header = ['id', 'name', 'roles', 'signs in by', 'created', ''];
    await context.terminal.print(rows.length === 0 ? none : textTable(header, rows));
  });

const viewOf = ({ createdAt, disabledAt, ...user }: UserView) => ({
  ...user,
  createdAt: isoTime(createdAt),
  disabledAt: disabledAt === undefined ? null : isoTime(disabledAt),
});

async function sessions(context: CommandContext, user: string | undefined, options: SessionOptions): Promise<void> {
  const isEnd = options.end === true;
  if (isEnd && user === undefined)
    throw new CommandFailure('usage', 'Whose sessions?', 'Name a user: safar users sessions <user> --end.');
  await withInstallation(context, options, async ({ users }) => {
    const known = user === undefined ? undefined : await users.find(user);
    if (user !== undefined && known === undefined) throw failureOf('user_not_found', user);
    if (isEnd && known) return end(context, known, await users.endSessions(known.id), options);
    const views = (await users.sessions(known?.id)).map(({ createdAt, lastSeenAt, expiresAt, ...session }) => ({
      ...session,
      ...{ createdAt: isoTime(createdAt), lastSeenAt: isoTime(lastSeenAt), expiresAt: isoTime(expiresAt) },
    }));
    if (options.json === true) return context.terminal.printJson(views);
    const rows = views.map((each) => [each.id, each.userName, each.signedInBy, each.lastSeenAt, each.client]);
    const header = ['id', 'user', 'by', 'last seen', 'browser'];
    await context.terminal.print(rows.length === 0 ? 'Nobody is signed in.' : textTable(header, rows));
  });
}

function end({ terminal }: CommandContext, user: UserView, count: number, options: CommonOptions): Promise<void> {
  if (options.json === true) return terminal.printJson({ id: user.id, ended: count });
  return terminal.print(`${user.name} is signed out of ${String(count)} session(s).`);
}

function done<Value>(result: Result<Value, UserFailure>, user: string): Value {
  if (result.ok) return result.value;
  throw failureOf(result.reason, user);
}

function failureOf(reason: UserFailure, user: string): CommandFailure {
  switch (reason) {
    case 'user_not_found':
      return new CommandFailure('notFound', `There is no user ${user}.`, 'safar users list shows them.');
    case 'name_taken':
      return new CommandFailure('failed', `There is somebody called ${user} already.`, 'Choose another name.');
    case 'invalid_name':
      return new CommandFailure(
        'usage',
        `${JSON.stringify(user)} cannot be a name.`,
        'Use 1 to 100 letters, digits and . _ @ + -, a letter or digit first.',
      );
    case 'no_role':
      return new CommandFailure('usage', 'Everybody has at least one role.', `There are ${roles.join(', ')}.`);
    case 'last_admin':
      return new CommandFailure(
        'failed',
        `${user} is the last admin who can sign in.`,
        'Make another first: safar users add <name> --role admin.',
      );
  }
}
