import { type EpochMs } from '#kernel';

/** W3C Trace Context, `00-<trace id>-<span id>-<flags>`. */
export type Traceparent = string;

/** Something that has begun. */
export interface OpenSpan {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** For whatever is done because of it. */
  readonly traceparent: Traceparent;
}

export interface OpenRequest extends OpenSpan {
  /** @param route its pattern, never its address */
  end(answer: { readonly route: string | undefined; readonly status: number }): void;
}

export interface OpenCommand extends OpenSpan {
  end(error?: unknown): void;
}

/** Work for many at once, told of when it is over. */
export interface FinishedWork {
  readonly startedAt: EpochMs;
  readonly durationMs: number;
  readonly events: number;
  readonly failed: boolean;
  /** Of the requests whose events these are; only looked at when traces are taken, and not all of very many. */
  readonly causes: () => Iterable<Traceparent>;
}

/** Where traces go. There is none unless it is asked for: whoever would tell it something holds `undefined`. */
export interface Tracing {
  request(method: string, parent: Traceparent | undefined): OpenRequest;
  command(name: string, parent: Traceparent | undefined): OpenCommand;
  flushed(work: FinishedWork): void;
  applied(work: FinishedWork & { readonly projection: string }): void;
  /** Sends what is left. */
  stop(): Promise<void>;
}

export interface TracingSettings {
  /** Base address of a collector that takes OTLP over HTTP, for example http://127.0.0.1:4318. */
  readonly endpoint: string;
  /** Which of our programs this is. */
  readonly program: string;
}
