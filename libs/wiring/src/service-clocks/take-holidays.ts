import { randomUUID } from 'node:crypto';
import { type IcsFault } from '#capabilities';
import { type HolidaysTakenView, type HolidayView } from '#contracts';
import { fail, type Result, succeed } from '#kernel';
import { type AuditTrail } from '#platform/audit';
import { audited, type OnBehalfOf, type Told } from '../audited.js';
import {
  type ClockSettingsFailure,
  type ClockSettingsSaved,
  type HolidaysFile,
  type HolidaysOfFile,
  type TakenHolidays,
} from '../messages/clock-settings.messages.js';
import { type CommandAttempt } from '../once.js';
import { readInThread } from './read-in-thread.js';
import { type ClockSettingsPorts, saveCalendar, type SavingBy, showCalendar } from './clock-settings.js';

export interface ReadCalendarFile {
  readonly holidays: readonly HolidayView[];
  /** In which its moments were read. */
  readonly timeZone: string;
}

/** Others change the same calendar; after these the sender is told so. */
const TRIES = 5;

/** The holidays of a file, in the time zone of the calendar that they are for. Nothing is changed. */
export async function readHolidaysFor(
  { books, clock }: ClockSettingsPorts,
  { calendarId, file, years }: HolidaysFile,
): Promise<Result<ReadCalendarFile, ClockSettingsFailure>> {
  const present = await showCalendar(books, calendarId);
  if (!present.ok) return present;
  const { timeZone } = present.value.calendar;
  const until = `${String(new Date(clock.now()).getUTCFullYear() + years)}-12-31`;
  const read = await readInThread({ file, timeZone, until });
  return read.ok ? succeed({ holidays: read.value, timeZone }) : fail(invalidFile(read.reason));
}

const invalidFile = ({ reason, line }: IcsFault): ClockSettingsFailure => ({
  ...{ code: 'invalid_calendar_file', reason, line },
});

/** Saves a version of the calendar that has them, and is as it was otherwise. */
export async function saveHolidays(
  ports: ClockSettingsPorts,
  { holidays, timeZone, calendarId, add }: ReadCalendarFile & Pick<HolidaysFile, 'calendarId' | 'add'>,
  { request, attempt }: { readonly request: SavingBy; readonly attempt: CommandAttempt },
): Promise<ClockSettingsSaved> {
  const { expectedVersions = 'any' } = request;
  for (let tries = 1; ; tries += 1) {
    const present = await showCalendar(ports.books, calendarId);
    if (!present.ok) return present;
    const { version, calendar } = present.value;
    // In another zone, its moments are other days.
    const isAsExpected = expectedVersions === 'any' || expectedVersions.includes(version);
    if (!isAsExpected || calendar.timeZone !== timeZone) return fail({ code: 'version_mismatch', version });
    const days = new Set([...(add ? (calendar.holidays ?? []) : []), ...holidays.map(({ date }) => date)]);
    const changed = { ...calendar, holidays: [...days].sort() };
    const saving = { calendarId, calendar: changed, request: { ...request, expectedVersions: [version] } };
    const saved = await saveCalendar(ports, saving, attempt);
    // Somebody changed it between the two: theirs must not be lost.
    if (saved.ok || saved.reason.code !== 'version_mismatch' || expectedVersions !== 'any' || tries === TRIES)
      return saved;
  }
}

export const takenView = (saved: ClockSettingsSaved, { holidays }: ReadCalendarFile): TakenHolidays =>
  saved.ok ? succeed<HolidaysTakenView>({ ...saved.value, holidays }) : saved;

/** What the audit log has of it, whatever became of it. */
export const toldOfSettings = (saved: ClockSettingsSaved | TakenHolidays): Told =>
  saved.ok
    ? { details: { version: Number(saved.value.version) } }
    : { outcome: 'refused', details: { reason: saved.reason.code } };

/** From a command line: nobody sends it twice by accident. */
export async function takeHolidaysAtOnce(
  ports: ClockSettingsPorts & { readonly audit: AuditTrail },
  file: HolidaysFile,
  { by, dryRun }: { readonly by: OnBehalfOf; readonly dryRun: boolean },
): Promise<Result<HolidaysOfFile, ClockSettingsFailure>> {
  const read = await readHolidaysFor(ports, file);
  if (!read.ok) return read;
  if (dryRun) return succeed({ holidays: read.value.holidays, version: null });
  // Events name nobody by more than these.
  const actor = { ...by.actor, id: by.actor.id.replace(/[^A-Za-z0-9._@-]/g, '-') };
  const request = { actor, correlationId: randomUUID().replaceAll('-', '') };
  const attempt = { commandId: undefined, begunBefore: undefined };
  const saved = await audited(
    ports.audit,
    { action: 'business_calendar.saved', subject: `business_calendar:${file.calendarId}`, ...by },
    () => saveHolidays(ports, { ...read.value, ...file }, { request, attempt }),
    toldOfSettings,
  );
  return saved.ok ? succeed({ holidays: read.value.holidays, version: saved.value.version }) : saved;
}
