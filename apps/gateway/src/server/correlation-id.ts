import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { parseTraceContext, type TraceContext } from '#contracts';

interface Traced {
  readonly id: string;
  readonly context: TraceContext | undefined;
}

const known = new WeakMap<IncomingMessage, Traced>();

function tracedOf(message: IncomingMessage): Traced {
  const before = known.get(message);
  if (before !== undefined) return before;
  const context = parseTraceContext(message.headers['traceparent'], message.headers['tracestate']);
  const traced = { id: context?.traceId ?? randomUUID().replaceAll('-', ''), context };
  known.set(message, traced);
  return traced;
}

/** The request goes on in a span of ours, whose parent is the caller's. */
export function beginTrace(message: IncomingMessage, { traceId, traceparent }: Omit<TraceContext, 'tracestate'>): void {
  const tracestate = traceContextOf(message)?.tracestate;
  known.set(message, {
    id: traceId,
    context: { traceId, traceparent, ...(tracestate !== undefined && { tracestate }) },
  });
}

/** The caller's trace id, or a new one: 32 hexadecimal digits. The same for all that is done for one request. */
export const correlationIdOf = (message: IncomingMessage): string => tracedOf(message).id;

/** The trace that the caller is in, if they sent one. */
export const traceContextOf = (message: IncomingMessage): TraceContext | undefined => tracedOf(message).context;
