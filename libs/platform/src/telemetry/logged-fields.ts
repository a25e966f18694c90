/** What a field may hold; anything else is not written. */
export type FieldShape = 'uuid' | 'word' | 'number' | 'frames' | 'error' | 'message';

/**
 * Every field that may stand in a log: ids, names of our own things, numbers. Not here, and never to be: names, addresses,
 * identifiers, bodies, headers, queries, URLs (they hold identifiers).
 */
export const loggedFields: Readonly<Record<string, FieldShape>> = {
  // Set by the logger itself.
  level: 'word',
  time: 'word',
  pid: 'number',
  program: 'word',
  msg: 'message',
  err: 'error',

  requestId: 'word',
  traceId: 'word',
  correlationId: 'word',
  keyId: 'uuid',
  userId: 'uuid',
  personaId: 'uuid',
  customerId: 'uuid',
  eventId: 'uuid',
  appendId: 'uuid',
  stream: 'word',
  position: 'word',
  version: 'number',
  incarnation: 'number',

  method: 'word',
  route: 'word',
  status: 'number',
  check: 'word',
  command: 'word',
  consumer: 'word',
  projection: 'word',
  eventType: 'word',
  state: 'word',
  reason: 'word',
  signal: 'word',

  attempt: 'number',
  bytes: 'number',
  count: 'number',
  durationMs: 'number',
  epoch: 'word',
  fence: 'word',
  lagEvents: 'number',
  lagMs: 'number',
  parked: 'number',
  port: 'number',
  retryAfterMs: 'number',

  // Of an error that is written flat.
  name: 'word',
  code: 'word',
  constraint: 'word',
  routine: 'word',
  at: 'frames',
};

/** Of an error. */
export const loggedErrorFields: Readonly<Record<string, FieldShape>> = {
  type: 'word',
  code: 'word',
  message: 'message',
  stack: 'frames',
  cause: 'error',
};
