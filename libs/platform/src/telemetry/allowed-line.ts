import { type FieldShape, loggedErrorFields, loggedFields } from './logged-fields.js';
import { withoutValues } from './without-values.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A name, code, id, time or route pattern: one bounded word, which no sentence, e-mail address or phone number is. */
const word = /^[A-Za-z0-9_:*/{}().-]{1,120}$/;
const frame = /^at .{1,300}(:\d+:\d+\)?|<anonymous>\)?)$/;

/** A line of the log with the fields that may be in it. */
export function allowed(line: string): string {
  try {
    return `${JSON.stringify(pick(JSON.parse(line), loggedFields))}\n`;
  } catch {
    return `{"level":"error","msg":"a line that is no JSON was left out of the log"}\n`;
  }
}

function pick(fields: unknown, shapes: Readonly<Record<string, FieldShape>>): Record<string, unknown> | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape !== undefined) picked[name] = fit(value, shape);
  }
  return picked;
}

/** The value in its shape, or nothing. */
function fit(value: unknown, shape: FieldShape): unknown {
  switch (shape) {
    case 'uuid':
      return typeof value === 'string' && uuid.test(value) ? value : undefined;
    case 'word':
      return (typeof value === 'string' && word.test(value)) || typeof value === 'boolean' ? value : undefined;
    case 'number':
      return typeof value === 'number' ? value : undefined;
    case 'message':
      return typeof value === 'string' ? withoutValues(value) : undefined;
    case 'frames':
      return Array.isArray(value) ? value.filter((line) => typeof line === 'string' && frame.test(line)) : undefined;
    case 'error':
      return pick(value, loggedErrorFields);
  }
}
