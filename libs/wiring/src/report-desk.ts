import { type ReadModels } from '#kernel';

/** Beside everything else that a server does on a few cores; and as many connections, which only reports have. */
export const REPORTS_AT_ONCE = 2;
/** A dashboard asks for a few together: these wait, and more are told to come back. */
const WAITING = 4;
/** A year of a large installation takes seconds; whoever asks for more is stopped, and the next one gets a turn. */
export const REPORT_TIMEOUT_MS = 30_000;
const RETRY_MS = 5_000;

/** PostgreSQL's `query_canceled`: what `statement_timeout` ends. */
const CANCELLED = '57014';

/** There is more to count than can be at the moment, or in the time that a report has. */
export class ReportsBusyError extends Error {
  override readonly name = 'ReportsBusyError';
  readonly retryAfterMs = RETRY_MS;
}

/** Where reports are counted, few at a time: one reader must not take the connections that everybody's queries need. */
export class ReportDesk {
  #asked = 0;

  /** @param readModels over connections of its own, `REPORTS_AT_ONCE` of them, where a statement ends after `REPORT_TIMEOUT_MS` */
  constructor(private readonly readModels: ReadModels) {}

  /** @throws ReportsBusyError */
  async count<Report>(report: (readModels: ReadModels) => Promise<Report>): Promise<Report> {
    if (this.#asked >= REPORTS_AT_ONCE + WAITING) throw new ReportsBusyError('too many reports are being counted');
    this.#asked += 1;
    try {
      return await report(this.readModels);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === CANCELLED)
        throw new ReportsBusyError('a report took too long', { cause: error });
      throw error;
    } finally {
      this.#asked -= 1;
    }
  }
}
