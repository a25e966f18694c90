import { type Page } from '../paging.js';
import { type CalendarSettingsDto, type ServicePolicyDto } from './clock-settings.dto.js';

export interface ServicePoliciesView {
  /** 1: what Safar came with. The `ETag`. */
  readonly version: string;
  /** In their order: the first that matches holds. */
  readonly policies: readonly ServicePolicyDto[];
  /** RFC 3339; `null` of what Safar came with, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

/** The last version of a calendar. Clocks count with each version for the time that it was in force. */
export interface BusinessCalendarView {
  readonly id: string;
  /** The `ETag`. */
  readonly version: string;
  readonly calendar: CalendarSettingsDto;
  /** RFC 3339: from when on it holds; `null` of what Safar came with, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

/** A calendar as lists show it. */
export interface BusinessCalendarListItemView {
  readonly id: string;
  /** IANA name. */
  readonly timeZone: string;
  /** How many. */
  readonly holidays: number;
  /** The `ETag`. */
  readonly version: string;
  /** RFC 3339: from when on it holds; `null` of what Safar came with, as is `by`. */
  readonly savedAt: string | null;
  readonly by: string | null;
}

export type BusinessCalendarPage = Page<BusinessCalendarListItemView>;

/** What became of a change of policies or a calendar. */
export interface ClockSettingsCommandView {
  readonly version: string;
  /** Decimal digits: of the event that says so. */
  readonly position: string;
}
