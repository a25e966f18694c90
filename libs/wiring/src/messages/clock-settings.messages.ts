import { Command, Query } from '@nestjs/cqrs';
import { type CalendarRefusal, type IcsReason, type PolicyRefusal } from '#capabilities';
import {
  type BusinessCalendarPage,
  type BusinessCalendarView,
  type ListParameters,
  type CalendarSettingsDto,
  type ClockSettingsCommandView,
  type HolidaysTakenView,
  type HolidayView,
  type ServicePoliciesDto,
  type ServicePoliciesView,
} from '#contracts';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type KeyFailure, type Named, type QueryFailure, type VersionMismatch } from './failures.js';

/** Why policies or a calendar were not saved, or not shown. */
export type ClockSettingsFailure =
  | KeyFailure
  | VersionMismatch
  | { readonly code: 'calendar_not_found' }
  /** A line of the file, 1 and up, cannot be read, or not be held to. */
  | { readonly code: 'invalid_calendar_file'; readonly reason: IcsReason; readonly line: number }
  | { readonly code: 'calendar_refused'; readonly reason: CalendarRefusal['code'] | 'built-in'; readonly field: string }
  | {
      readonly code: 'policies_refused';
      readonly reason: PolicyRefusal['code'] | 'too-many-versions' | 'unknown-agent' | 'unknown-team';
      readonly field: string;
      /** Who is to be warned and nobody has set up. */
      readonly unknown?: Named;
    };

export type ClockSettingsSaved = Result<ClockSettingsCommandView, ClockSettingsFailure>;

/** Sets the whole list. `If-Match` is the version that it must be at. */
export class SavePolicies extends Command<ClockSettingsSaved> {
  constructor(
    readonly settings: ServicePoliciesDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

/** Gives a calendar another version, in force from now on; likewise. */
export class SaveCalendar extends Command<ClockSettingsSaved> {
  constructor(
    readonly calendarId: string,
    readonly calendar: CalendarSettingsDto,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export type TakenHolidays = Result<HolidaysTakenView, ClockSettingsFailure>;

/** What a file has, and the version that has them now; none where it was only read. */
export interface HolidaysOfFile {
  readonly holidays: readonly HolidayView[];
  readonly version: string | null;
}

/** Gives a calendar another version with the holidays of a file of RFC 5545; likewise. */
export class TakeHolidays extends Command<TakenHolidays> {
  constructor(
    readonly holidays: HolidaysFile,
    readonly request: CommandRequest,
  ) {
    super();
  }
}

export interface HolidaysFile {
  readonly calendarId: string;
  readonly file: Uint8Array;
  /** Beside the holidays that there are, rather than in their place. */
  readonly add: boolean;
  /** How many years from this one, what repeats itself for ever is wanted for. */
  readonly years: number;
}

export class GetPolicies extends Query<ServicePoliciesView> {}

export class ListCalendars extends Query<Result<BusinessCalendarPage, QueryFailure>> {
  constructor(readonly parameters: ListParameters) {
    super();
  }
}

export class GetCalendar extends Query<Result<BusinessCalendarView, ClockSettingsFailure>> {
  constructor(readonly calendarId: string) {
    super();
  }
}
