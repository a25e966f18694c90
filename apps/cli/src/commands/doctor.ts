import { type Command } from 'commander';
import { type DoctorCheck } from '../ports.js';
import { asCommand, type CommandContext, type CommonOptions } from './context.js';

export function addDoctor(program: Command, context: CommandContext): void {
  const command = program
    .command('doctor')
    .description('Look for what may be wrong here, and say what to do about it.')
    .action((options: CommonOptions) => doctor(context, options));
  asCommand(command, ['safar doctor', 'safar doctor --json']).addHelpText(
    'after',
    '\nEnds with 1 when a check fails; warnings alone end with 0.',
  );
}

async function doctor(context: CommandContext, options: CommonOptions): Promise<void> {
  const { safar, terminal } = context;
  const checks: DoctorCheck[] = [];
  for await (const check of safar.doctor()) {
    checks.push(check);
    if (options.json !== true) await terminal.print(checkText(check, context));
  }
  const failed = checks.filter(({ status }) => status === 'failed').length;
  if (options.json === true) await terminal.printJson({ ok: failed === 0, checks });
  else
    await terminal.print(
      failed === 0 ? '\nNothing is in the way.' : `\n${String(failed)} of ${String(checks.length)} checks failed.`,
    );
  if (failed > 0) context.ending = 'failed';
}

function checkText({ name, status, detail, remedy }: DoctorCheck, { terminal: { colours } }: CommandContext): string {
  const sign = { ok: colours.green('✓'), warning: colours.yellow('!'), failed: colours.red('✗') }[status];
  const line = `${sign} ${name.padEnd(22)} ${detail}`;
  return remedy === undefined ? line : `${line}\n  ${' '.repeat(22)} ${colours.bold('→')} ${remedy}`;
}
