import { type ClockExplanationView } from './clock-explanation-view.js';
import { type ClockKind, type ClockVerdict } from './service-clock.js';

export interface ConversationClockView {
  readonly kind: ClockKind;
  /** The first, second … of its kind. */
  readonly ordinal: number;
  readonly status: 'running' | 'paused' | 'fulfilled' | 'cancelled';
  /** The one that counts; `null` while none is reached. */
  readonly verdict: ClockVerdict | null;
  /** One that stands beside it: by other terms, of a stop that was told late, or of the last resolution. */
  readonly restatedVerdict: ClockVerdict | null;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly calendarId: string;
  readonly calendarVersion: number;
  /** Who is warned before it is due, and when they were. */
  readonly warnings: readonly {
    readonly beforeSeconds: number;
    readonly to: readonly string[];
    /** RFC 3339: when it was to be told; `null` while it was not. */
    readonly warnedAt: string | null;
  }[];
  /** RFC 3339; `null` before it stopped. Of a resolution, the first. */
  readonly stoppedAt: string | null;
  /** How its due time and the time that it took are counted, line by line. */
  readonly arithmetic: ClockExplanationView;
}

export interface ConversationClocksView {
  readonly conversationId: string;
  /** RFC 3339: running clocks are counted up to then. */
  readonly at: string;
  /** The latest first, at most 50. */
  readonly clocks: readonly ConversationClockView[];
}
