import { open } from 'node:fs/promises';
import { type Command } from 'commander';
import { HOLIDAY_YEARS, MAX_CALENDAR_FILE_BYTES, MAX_HOLIDAY_YEARS } from '#contracts';
import { type ClockSettingsFailure } from '#wiring/operations';
import { CommandFailure } from '../failure.js';
import { textTable } from '../terminal/table.js';
import { asCommand, withInstallation, wholeNumber, type CommandContext, type CommonOptions } from './context.js';

interface HolidaysOptions extends CommonOptions {
  readonly file: string;
  readonly add?: boolean;
  readonly years?: number;
  readonly dryRun?: boolean;
}

export function addCalendars(program: Command, context: CommandContext): void {
  const calendars = program.command('calendars').description('Business calendars: when we are there.');
  asCommand(
    calendars
      .command('holidays')
      .description('Takes the holidays of a calendar from an .ics file, and shows them.')
      .argument('<calendar>', 'the organisation’s own word for it')
      .requiredOption('--file <file>', 'a calendar file of RFC 5545')
      .option('--add', 'beside the holidays that there are, rather than in their place')
      .option(
        '--years <number>',
        'how many years from this one, what repeats itself for ever is wanted for',
        wholeNumber(1, MAX_HOLIDAY_YEARS),
      )
      .option('--dry-run', 'only show them')
      .action((calendar: string, options: HolidaysOptions) => holidays(context, calendar, options)),
    [
      'safar calendars holidays tehran --file iran-1406.ics --dry-run',
      'safar calendars holidays london --file bank-holidays.ics --add --years 3',
    ],
  );
}

async function holidays(
  context: CommandContext,
  calendarId: string,
  { file: name, add = false, years = HOLIDAY_YEARS, dryRun = false, json }: HolidaysOptions,
): Promise<void> {
  const file = await readBounded(name);
  await withInstallation(context, { ...(json === true && { json }) }, async (installation) => {
    const taken = await installation.takeHolidays({ calendarId, file, add, years }, dryRun);
    if (!taken.ok) throw refused(taken.reason, name, calendarId);
    const { holidays: found, version } = taken.value;
    if (json === true) return context.terminal.printJson(taken.value);
    const outcome = version === null ? 'Nothing was changed.' : `Version ${version} of ${calendarId} has them.`;
    const table = textTable(
      ['date', 'name'],
      found.map((holiday) => [holiday.date, holiday.name]),
    );
    await context.terminal.print(`${table}\n${found.length.toLocaleString('en-GB')} holidays. ${outcome}`);
  });
}

async function readBounded(file: string): Promise<Uint8Array> {
  const failed = (reason: string): CommandFailure =>
    new CommandFailure('usage', `Cannot read ${file}: ${reason}.`, 'Check the name and its permissions.');
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw failed(error instanceof Error ? error.message : String(error));
  });
  try {
    const { size } = await handle.stat();
    const most = MAX_CALENDAR_FILE_BYTES;
    if (size > most) throw failed(`it has more than ${most.toLocaleString('en-GB')} bytes`);
    return await handle.readFile().catch((error: unknown) => {
      throw failed(error instanceof Error ? error.message : String(error));
    });
  } finally {
    await handle.close();
  }
}

function refused(failure: ClockSettingsFailure, file: string, calendar: string): CommandFailure {
  switch (failure.code) {
    case 'invalid_calendar_file':
      return new CommandFailure(
        'usage',
        `${file}, line ${String(failure.line)}: ${failure.reason}. Nothing was changed.`,
        'docs/how-to/service-clocks.md says what files may hold.',
      );
    case 'calendar_not_found':
      return new CommandFailure('notFound', `There is no calendar ${calendar}.`, 'PUT /v1/calendars/{id} makes one.');
    case 'calendar_refused':
    case 'policies_refused':
      return new CommandFailure(
        'usage',
        `${calendar} cannot be saved: ${failure.reason} (${failure.field}).`,
        'Nothing was changed.',
      );
    case 'version_mismatch':
    case 'command_running':
    case 'idempotency_key_reused':
      return new CommandFailure('failed', `Somebody else changed ${calendar}.`, 'Try again.');
  }
}
