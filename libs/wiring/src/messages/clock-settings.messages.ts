import { Command, Query } from '@nestjs/cqrs';
import { type CalendarRefusal, type PolicyRefusal } from '#capabilities';
import {
  type BusinessCalendarView,
  type CalendarSettingsDto,
  type ClockSettingsCommandView,
  type ServicePoliciesDto,
  type ServicePoliciesView,
} from '#contracts';
import { type Result } from '#kernel';
import { type CommandRequest } from './command-request.js';
import { type KeyFailure, type VersionMismatch } from './failures.js';

/** Why policies or a calendar were not saved, or not shown. */
export type ClockSettingsFailure =
  | KeyFailure
  | VersionMismatch
  | { readonly code: 'calendar_not_found' }
  | { readonly code: 'calendar_refused'; readonly reason: CalendarRefusal['code'] | 'built-in'; readonly field: string }
  | {
      readonly code: 'policies_refused';
      readonly reason: PolicyRefusal['code'] | 'too-many-versions';
      readonly field: string;
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

export class GetPolicies extends Query<ServicePoliciesView> {}

export class GetCalendar extends Query<Result<BusinessCalendarView, ClockSettingsFailure>> {
  constructor(readonly calendarId: string) {
    super();
  }
}
