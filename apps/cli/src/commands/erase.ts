import { type Command } from 'commander';
import { type PersonaErasedData } from '#contracts';
import { CommandFailure, queryFailure } from '../failure.js';
import { isoTime } from '../terminal/terminal.js';
import { asCommand, confirm, withInstallation, type CommandContext, type CommonOptions } from './context.js';

interface EraseOptions extends CommonOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

type Reason = PersonaErasedData['reason'];
const reasons: readonly Reason[] = ['customer_request', 'retention', 'other'];

export function addErase(program: Command, context: CommandContext): void {
  const command = program
    .command('erase')
    .description("Make a customer's personal data unreadable, for ever, in the log, the read models and every backup.")
    .argument('<customer>', 'a customer id, or an identifier as kind:value')
    .option('--reason <reason>', reasons.join(', '), 'customer_request')
    .option('--yes', 'do not ask')
    .action((customer: string, options: EraseOptions) => erase(context, customer, options));
  asCommand(command, [
    'safar erase customer_number:12347',
    'safar erase email:sara@example.com --reason retention --yes --json',
  ]);
}

async function erase(context: CommandContext, customer: string, options: EraseOptions): Promise<void> {
  const reason = reasons.find((known) => known === options.reason);
  if (reason === undefined)
    throw new CommandFailure(
      'usage',
      `There is no reason ${JSON.stringify(options.reason)}.`,
      `Use ${reasons.join(', ')}.`,
    );
  const { terminal } = context;
  await confirm(context, options, `This erases the personal data of ${customer}. It cannot be undone.`, customer);
  await withInstallation(context, options, async (installation) => {
    const erased = await installation.erase(customer, reason);
    if (!erased.ok) throw queryFailure(erased.reason, customer);
    const { customerId, erasedAt, position } = erased.value;
    if (options.json === true) return terminal.printJson({ customerId, erasedAt: isoTime(erasedAt), position, reason });
    await terminal.print(
      `Erased ${customerId}: nobody can read this customer's personal data any more. The same person may also be here as another customer, under an identifier that was never named with this one: search for them, and erase each.`,
    );
  });
}
