/** How a clock came to its time. The seconds of the lines sum to `spentSeconds`. */
export interface ClockExplanationView {
  /** RFC 3339, as are all times here. */
  readonly startedAt: string;
  readonly until: string;
  readonly dueAt: string | null;
  readonly targetSeconds: number;
  readonly spentSeconds: number;
  readonly lines: readonly ClockLineView[];
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
  /** How many stretches it stands for: more than 1 where the oldest were drawn together, each version and kind in one line. */
  readonly stretches: number;
}
