export interface TailOptions {
  readonly url: string;
  /** The last event is in this stream: it is appended after all writers have ended, so whatever comes later never comes. */
  readonly untilStream: string;
}

/** Follows a log from its beginning until the last event was given. */
export type Tail = (
  options: TailOptions,
  started: () => Promise<void>,
  given: (stream: string, version: number) => void,
) => Promise<void>;
