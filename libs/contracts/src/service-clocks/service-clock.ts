import { type EpochMs } from '#kernel';

export const clockKinds = ['first_response', 'next_response', 'update', 'resolution'] as const;
export type ClockKind = (typeof clockKinds)[number];

/** Where a conversation stands, as far as a clock is concerned. */
export const turnStatuses = ['open', 'waiting_customer', 'waiting_third_party', 'snoozed'] as const;
export type TurnStatus = (typeof turnStatuses)[number];

/** That a due time comes near: told to whom, this much business time before. */
export interface ClockWarning {
  readonly beforeSeconds: number;
  /** Kind and id of persons, `team:` and the word of teams. */
  readonly to: readonly string[];
}

/** What a clock is measured by; names every version that a verdict rests on. */
export interface ClockTerms {
  readonly policyId: string;
  readonly policyVersion: number;
  readonly calendarId: string;
  /** The calendar's last version that is counted with; its earlier ones count for the time they were in force. */
  readonly calendarVersion: number;
  readonly targetSeconds: number;
  /** Statuses in which the clock stands still; empty for both response clocks. */
  readonly pausedWhile: readonly TurnStatus[];
  /** The earliest first; absent where nobody is warned. */
  readonly warnings?: readonly ClockWarning[];
}

export type ClockVerdict = 'on_time' | 'breached';
/** `resolved`: of an update clock alone, nothing is owed any more. */
/** `moved`: what it measured is measured from another instant now, or in another conversation. */
export type CancelReason = 'merged' | 'spam' | 'deleted' | 'resolved' | 'moved';

interface Fact<Type extends string, Data> {
  readonly type: Type;
  /** Unix milliseconds throughout. `dueAt` is `null` while nothing is due: the clock stands still, or ten years do not reach it. */
  readonly data: Data;
}

type Due = { readonly dueAt: EpochMs | null };
/** When the next warning is due; absent where none is. */
type Warn = { readonly warnAt?: EpochMs };

/** The life of one clock. `at` is the instant of the fact itself, never of when it was noticed. */
export type ClockEvent =
  | Fact<
      'service_clock.activated',
      Due & Warn & { readonly at: EpochMs; readonly kind: ClockKind; readonly terms: ClockTerms }
    >
  | Fact<'service_clock.paused', Due & { readonly at: EpochMs }>
  | Fact<'service_clock.resumed', Due & Warn & { readonly at: EpochMs }>
  | Fact<
      'service_clock.fulfilled',
      Due & {
        readonly at: EpochMs;
        readonly verdict: ClockVerdict;
        /** Business time from the start to `at`, less the pauses; `null` of clocks that stopped before it was told. */
        readonly spentMs: number | null;
        /** What the verdict was reached by: of one that was reached before other terms came, the terms of then. Absent as `spentMs` is. */
        readonly terms?: ClockTerms;
      }
    >
  /** `at` is when it was to be told, exactly; each once, whatever becomes of the due time later. */
  | Fact<'service_clock.warned', Warn & ClockWarning & { readonly at: EpochMs; readonly dueAt: EpochMs }>
  /** `at` is the due time, exactly. */
  | Fact<'service_clock.breached', { readonly at: EpochMs; readonly terms: ClockTerms }>
  | Fact<'service_clock.cancelled', { readonly at: EpochMs; readonly reason: CancelReason }>
  /** A due time from the original start by other terms, or a verdict beside the one that was reached and stays. */
  | Fact<
      'service_clock.restated',
      Due &
        Warn & {
          readonly at: EpochMs;
          readonly cause: 'terms_changed' | 'stopped_earlier' | 'stopped_again';
          readonly terms: ClockTerms;
          /** `null` while it is not known yet, and where no verdict had been reached before. */
          readonly verdict: ClockVerdict | null;
        }
    >;
