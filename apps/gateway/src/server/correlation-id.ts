import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

/** W3C Trace Context, level 1: version, trace id, parent id, flags; ids of zeros only are invalid. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

const ids = new WeakMap<IncomingMessage, string>();

/** The caller's trace id, or a new one: 32 hexadecimal digits. The same for all that is done for one request. */
export function correlationIdOf(message: IncomingMessage): string {
  const known = ids.get(message);
  if (known !== undefined) return known;
  const { traceparent } = message.headers;
  const sent = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent)?.[1] : undefined;
  const id = sent ?? randomUUID().replaceAll('-', '');
  ids.set(message, id);
  return id;
}
