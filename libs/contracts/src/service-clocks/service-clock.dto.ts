import { Public } from '../events/fields/field-class.js';
import { Whole } from '../events/fields/number.js';
import { List, ListOf, Nested, Optional } from '../events/fields/structure.js';
import { Code, OneOf, Patterns } from '../events/fields/text.js';
import {
  type CancelReason,
  type ClockKind,
  clockKinds,
  type ClockVerdict,
  type TurnStatus,
  turnStatuses,
} from './service-clock.js';
import { MAX_RECIPIENTS, MAX_WARNINGS, RECIPIENT } from './warning-words.js';

const MAX_INTEGER = 2_147_483_647;
/** Unix milliseconds in the years 1 to 9999. */
const Moment = (): PropertyDecorator => Whole(-62_135_596_800_000, 253_402_300_799_999);
/** Longer than anything that began and ended in the years 1 to 9999. */
const MAX_SPENT_MS = 315_537_897_600_000;
const Version = (): PropertyDecorator => Whole(1, MAX_INTEGER);

const verdicts: readonly ClockVerdict[] = ['on_time', 'breached'];
const reasons: readonly CancelReason[] = ['merged', 'spam', 'deleted', 'resolved', 'moved'];
const causes = ['terms_changed', 'stopped_earlier', 'stopped_again'] as const;

/** Whom to tell, and how much business time before the due time. */
export class ClockWarningDto {
  @Public()
  @Whole(0, MAX_INTEGER)
  beforeSeconds!: number;

  @Public()
  @Patterns(RECIPIENT, 140, MAX_RECIPIENTS)
  to!: string[];
}

/** As `ClockTerms`; `pausedWhile` is absent where nothing pauses the clock. */
export class ClockTermsDto {
  @Public()
  @Code()
  policyId!: string;

  @Public()
  @Version()
  policyVersion!: number;

  @Public()
  @Code()
  calendarId!: string;

  @Public()
  @Version()
  calendarVersion!: number;

  @Public()
  @Whole(1, MAX_INTEGER)
  targetSeconds!: number;

  @Public()
  @Optional()
  @ListOf(turnStatuses)
  pausedWhile?: TurnStatus[];

  @Public()
  @Optional()
  @List(ClockWarningDto, MAX_WARNINGS)
  warnings?: ClockWarningDto[];
}

/** A clock of a conversation began to run. Without `dueAt`, nothing is due. */
export class ClockActivatedDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @OneOf(clockKinds)
  kind!: ClockKind;

  @Public()
  @Nested(ClockTermsDto)
  terms!: ClockTermsDto;

  @Public()
  @Optional()
  @Moment()
  dueAt?: number;

  /** Of the next warning. */
  @Public()
  @Optional()
  @Moment()
  warnAt?: number;
}

/** It stands still, or runs again. */
export class ClockTurnedDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @Optional()
  @Moment()
  dueAt?: number;

  /** Of the next warning. */
  @Public()
  @Optional()
  @Moment()
  warnAt?: number;
}

/** Its due time is near: `at` is when that was to be told, whoever noticed and whenever. */
export class ClockWarnedDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @Moment()
  dueAt!: number;

  @Public()
  @Whole(0, MAX_INTEGER)
  beforeSeconds!: number;

  @Public()
  @Patterns(RECIPIENT, 140, MAX_RECIPIENTS)
  to!: string[];

  /** Of the next warning. */
  @Public()
  @Optional()
  @Moment()
  warnAt?: number;
}

/** It was stopped. */
export class ClockFulfilledDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @Optional()
  @Moment()
  dueAt?: number;

  @Public()
  @OneOf(verdicts)
  verdict!: ClockVerdict;

  /** Business time that it took, less the pauses. Clocks that stopped before this was told are without it. */
  @Public()
  @Optional()
  @Whole(0, MAX_SPENT_MS)
  spentMs?: number;

  /** What its verdict was reached by. Clocks that stopped before this was told are without it. */
  @Public()
  @Optional()
  @Nested(ClockTermsDto)
  terms?: ClockTermsDto;
}

/** It ran out: `at` is the due time, whoever noticed and whenever. */
export class ClockBreachedDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @Nested(ClockTermsDto)
  terms!: ClockTermsDto;
}

/** It does not count any more. */
export class ClockCancelledDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @OneOf(reasons)
  reason!: CancelReason;
}

/** A due time by other terms, or a verdict beside the first. Without `verdict`, none is known, or none was reached before. */
export class ClockRestatedDto {
  @Public()
  @Moment()
  at!: number;

  @Public()
  @OneOf(causes)
  cause!: (typeof causes)[number];

  @Public()
  @Nested(ClockTermsDto)
  terms!: ClockTermsDto;

  @Public()
  @Optional()
  @Moment()
  dueAt?: number;

  /** Of the next warning. */
  @Public()
  @Optional()
  @Moment()
  warnAt?: number;

  @Public()
  @Optional()
  @OneOf(verdicts)
  verdict?: ClockVerdict;
}
