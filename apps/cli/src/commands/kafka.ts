import { type Command } from 'commander';
import { type KafkaAdmin } from '#wiring/operations';
import { asCommand, confirm, type CommandContext, type CommonOptions } from './context.js';

interface RestartOptions extends CommonOptions {
  readonly yes?: boolean;
}

export function addKafka(program: Command, context: CommandContext): void {
  const kafka = program.command('kafka').description('The topics between the store and projectors.');
  asCommand(
    kafka
      .command('init')
      .description('Make the topics that are missing; name what is not as it has to be in those that are there.')
      .action((options: CommonOptions) => init(context, options)),
    ['safar kafka init', 'safar kafka init --json'],
  ).addHelpText('after', '\nChanges nothing of a topic that is there. Ends with 1 when one is not as it has to be.');
  asCommand(
    kafka
      .command('restart')
      .description('Relay everything from the first event on, into a topic that was made anew.')
      .option('--yes', 'do not ask')
      .action((options: RestartOptions) => restart(context, options)),
    ['safar kafka restart', 'safar kafka restart --yes'],
  ).addHelpText('after', `\n${WHAT_IT_DOES}`);
}

const WHAT_IT_DOES = `For a topic that was deleted and made anew, as after a restore of the store. The numbers of its records begin
with one again, so other readers of the topic have to begin anew, too. Refused while the topic holds anything.`;

async function withKafka(
  { safar, terminal }: CommandContext,
  options: CommonOptions,
  work: (kafka: KafkaAdmin) => Promise<void>,
): Promise<void> {
  const kafka = await safar.openKafka((line) => {
    if (options.json !== true) terminal.say(terminal.colours.dim(line));
  });
  try {
    await work(kafka);
  } finally {
    await kafka.close();
  }
}

const init = (context: CommandContext, options: CommonOptions): Promise<void> =>
  withKafka(context, options, async (kafka) => {
    const { terminal } = context;
    const topics = await kafka.init();
    if (options.json === true) await terminal.printJson({ topics });
    else
      for (const { name, made, drifts } of topics) {
        const [sign, state] = made
          ? [terminal.colours.green('✓'), 'made']
          : drifts.length === 0
            ? [terminal.colours.green('✓'), 'as it has to be']
            : [terminal.colours.red('✗'), 'not as it has to be; nothing was changed'];
        await terminal.print(`${sign} ${name}  ${state}`);
        for (const { setting, is, should } of drifts)
          await terminal.print(`    ${setting}  is ${is === '' ? 'not set' : is}, has to be ${should}`);
      }
    if (topics.some(({ drifts }) => drifts.length > 0)) context.ending = 'failed';
  });

async function restart(context: CommandContext, options: RestartOptions): Promise<void> {
  await confirm(context, options, WHAT_IT_DOES, 'restart');
  await withKafka(context, options, async (kafka) => {
    await kafka.restart();
    if (options.json === true) await context.terminal.printJson({ restarted: true });
    else await context.terminal.print('The relay begins with the first event.');
  });
}
