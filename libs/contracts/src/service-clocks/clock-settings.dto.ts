import { ACTOR, type Priority, priorities, UUID } from '../conversations/conversation-words.js';
import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, ListOf, Nested, Optional, ReadAs, ReadEachAs } from '../events/fields/structure.js';
import { Code, Codes, Line, Pattern, Patterns } from '../events/fields/text.js';
import { type Channel, channels } from '../touchpoints/touchpoint-event.js';
import { type TurnStatus, turnStatuses } from './service-clock.js';
import { MAX_RECIPIENTS, MAX_WARNINGS, RECIPIENT } from './warning-words.js';

const MAX_POLICIES = 100;
const MAX_VALUES = 50;
const MAX_PERIODS_A_DAY = 24;
const MAX_HOLIDAYS = 4_000;
/** Ten years, which no due time exceeds. */
const MAX_SECONDS = 315_360_000;
const MINUTE_OF_DAY = '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';
const DIGITS = '^[1-9][0-9]*$';
const DATE = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';

/** Each that is named must have one of its values; none named matches everything. */
export class PolicyMatchDto {
  @Public()
  @Optional()
  @ListOf(channels)
  channel?: Channel[];

  @Public()
  @Optional()
  @ListOf(priorities)
  priority?: Priority[];

  @Public()
  @Optional()
  @Codes(MAX_VALUES)
  team?: string[];

  @Public()
  @Optional()
  @Codes(MAX_VALUES)
  segment?: string[];
}

/** In seconds of business time; a kind without a target has no clock. */
export class ClockTargetsDto {
  @Public()
  @Optional()
  @Whole(1, MAX_SECONDS)
  first_response?: number;

  @Public()
  @Optional()
  @Whole(1, MAX_SECONDS)
  next_response?: number;

  @Public()
  @Optional()
  @Whole(1, MAX_SECONDS)
  update?: number;

  @Public()
  @Optional()
  @Whole(1, MAX_SECONDS)
  resolution?: number;
}

/** Statuses in which a clock stands still; a resolution does so while it waits for the customer in any case. */
export class ClockPausesDto {
  @Public()
  @Optional()
  @ListOf(turnStatuses)
  update?: TurnStatus[];

  @Public()
  @Optional()
  @ListOf(turnStatuses)
  resolution?: TurnStatus[];
}

/** Before the due time: so many seconds of business time, or so many per cent of the target; one of the two. */
export class PolicyWarningDto {
  @Public()
  @Optional()
  @Whole(1, MAX_SECONDS)
  beforeSeconds?: number;

  @Public()
  @Optional()
  @Whole(1, 99)
  beforePercent?: number;

  /** `user:` and the id of persons, `team:` and the word of teams. */
  @Public()
  @Patterns(RECIPIENT, 140, MAX_RECIPIENTS)
  to!: string[];
}

export class ServicePolicyDto {
  @Public()
  @Code()
  id!: string;

  @Public()
  @Optional()
  @Nested(PolicyMatchDto)
  when?: PolicyMatchDto;

  @Public()
  @Code()
  calendarId!: string;

  @Public()
  @Nested(ClockTargetsDto)
  targetSeconds!: ClockTargetsDto;

  @Public()
  @Optional()
  @Nested(ClockPausesDto)
  pausedWhile?: ClockPausesDto;

  @Public()
  @Optional()
  @List(PolicyWarningDto, MAX_WARNINGS)
  warnings?: PolicyWarningDto[];
}

/** Policies in their order: the first that matches holds. */
export class ServicePoliciesDto {
  @Public()
  @List(ServicePolicyDto, MAX_POLICIES, 0)
  policies!: ServicePolicyDto[];
}

/** Open from one minute of the wall clock until before another, `HH:MM`; one that closes before it opens is a night shift. */
export class OpeningPeriodDto {
  @Public()
  @ReadAs('digits')
  @Pattern(MINUTE_OF_DAY, 5)
  opens!: string;

  @Public()
  @ReadAs('digits')
  @Pattern(MINUTE_OF_DAY, 5)
  closes!: string;
}

/** A weekday that is left out is closed. */
export class OpeningWeekDto {
  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  monday?: OpeningPeriodDto[];

  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  tuesday?: OpeningPeriodDto[];

  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  wednesday?: OpeningPeriodDto[];

  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  thursday?: OpeningPeriodDto[];

  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  friday?: OpeningPeriodDto[];

  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  saturday?: OpeningPeriodDto[];

  @Public()
  @Optional()
  @List(OpeningPeriodDto, MAX_PERIODS_A_DAY)
  sunday?: OpeningPeriodDto[];
}

export class CalendarSettingsDto {
  /** IANA name, for example `Asia/Tehran`. */
  @Public()
  @Line(64)
  timeZone!: string;

  @Public()
  @Nested(OpeningWeekDto)
  week!: OpeningWeekDto;

  /** Local dates `YYYY-MM-DD` of the Gregorian calendar on which nothing opens. */
  @Public()
  @Optional()
  @ReadEachAs('digits')
  @Patterns(DATE, 10, MAX_HOLIDAYS)
  holidays?: string[];
}

/** The whole list was set anew; it holds for what happens after it, and the due times of open conversations follow. */
export class ServicePoliciesSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @List(ServicePolicyDto, MAX_POLICIES, 0)
  policies!: ServicePolicyDto[];
}

/** A calendar has another version, in force from when this occurred; the first one also for all time before. */
export class BusinessCalendarSavedDto {
  @Public()
  @Pattern(ACTOR, 140)
  by!: string;

  @Public()
  @Nested(CalendarSettingsDto)
  calendar!: CalendarSettingsDto;
}

/** An open conversation is measured by policies or a calendar that were saved while it was open. */
export class ServicePoliciesAppliedDto {
  @Public()
  @Pattern(UUID, 36)
  conversationId!: string;

  /** Decimal digits: of the event that saved them. */
  @Public()
  @Pattern(DIGITS, 20)
  savedPosition!: string;
}
