/** How a clock came to its time. The seconds of the lines sum to `spentSeconds`; with those of the lines ahead, to `targetSeconds`. */
export interface ClockExplanationView {
  /** RFC 3339, as are all times here. */
  readonly startedAt: string;
  readonly until: string;
  readonly dueAt: string | null;
  readonly targetSeconds: number;
  readonly spentSeconds: number;
  readonly lines: readonly ClockLineView[];
  /** How it will come to its due time if nothing pauses it; empty where that is over, or the clock does not run. */
  readonly ahead: readonly ClockLineView[];
}

export interface ClockLineView {
  readonly calendarVersion: number;
  /** Local date of its first moment, `YYYY-MM-DD`. */
  readonly date: string;
  readonly from: string;
  readonly until: string;
  /** 0 while the clock stood still. */
  readonly seconds: number;
  readonly counted: 'open' | 'paused';
  /** How many stretches it stands for: more than 1 where those furthest from now were drawn together, each version and kind in one line. */
  readonly stretches: number;
}
