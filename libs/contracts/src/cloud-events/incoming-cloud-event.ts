import { fail, type Result, succeed } from '#kernel';
import { timeProblem } from '../events/fields/rfc3339.js';
import { fieldError, type FieldErrorCode, pointerTo } from '../touchpoints/field-errors.js';
import { type Language } from '../touchpoints/kinds/kind.js';
import { type FieldError } from '../touchpoints/touchpoint-result.js';

/** A CloudEvent 1.0 of anybody's, as it was sent: attributes that were null are absent. */
export interface IncomingCloudEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly subject?: string;
  /** RFC 3339. */
  readonly time?: string;
  readonly extensions: Readonly<Record<string, string | number | boolean>>;
  /** Any JSON value, or text where the content type is another one. */
  readonly data?: unknown;
  /** Base64 (RFC 4648 §4): data that is neither JSON nor text. */
  readonly data_base64?: string;
}

type Wording = { readonly language?: Language };
type Attributes = Readonly<Record<string, unknown>>;

const required = ['id', 'source', 'type'] as const;
const optional = ['datacontenttype', 'dataschema', 'subject', 'time'] as const;
/** Members of an event in JSON format that are not extensions. */
export const cloudEventMembers: ReadonlySet<string> = new Set([
  ...required,
  ...optional,
  ...['specversion', 'data', 'data_base64'],
]);

/** RFC 2046: a type, a subtype, and parameters that nothing here depends on. */
const MEDIA_TYPE = /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+-]+\s*(;.*)?$/;
/** RFC 3986 in what matters here: no white space and nothing that hides. */
const URI_REFERENCE = /^[^\s\p{Cc}\p{Cf}]+$/u;
const EXTENSION = /^[a-z0-9]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** What the specification calls Integer. */
const INTEGER = 2 ** 31;
const MOST_EXTENSIONS = 50;

const isObject = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a JSON value as a CloudEvent in JSON format (CloudEvents 1.0.2, JSON Event Format §2 and §3). Version 1.0 only; 0.3 has other
 * members of the same names.
 */
export function parseIncomingCloudEvent(
  value: unknown,
  wording: Wording = {},
): Result<IncomingCloudEvent, readonly FieldError[]> {
  if (!isObject(value)) return fail([fieldError('', 'not_an_object', wording)]);
  const given: Attributes = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  const errors: FieldError[] = [];
  const refuse = (name: string, code: FieldErrorCode, limits: readonly unknown[] = []): void => {
    errors.push(fieldError(pointerTo('', name), code, { limits, ...wording }));
  };
  if (given['specversion'] === undefined) refuse('specversion', 'required');
  else if (given['specversion'] !== '1.0') refuse('specversion', 'not_allowed', [['1.0']]);
  for (const name of required) if (given[name] === undefined) refuse(name, 'required');
  for (const name of [...required, ...optional]) {
    const code = problemOf(name, given[name]);
    if (code !== undefined) refuse(name, code, code === 'malformed' ? [patterns[name]?.source] : []);
  }
  const extensions = extensionsOf(given, refuse);
  const base64 = given['data_base64'];
  if (base64 !== undefined && given['data'] !== undefined) refuse('data_base64', 'unknown_field');
  else if (base64 !== undefined && typeof base64 !== 'string') refuse('data_base64', 'not_text');
  else if (typeof base64 === 'string' && !BASE64.test(base64)) refuse('data_base64', 'malformed', [BASE64.source]);
  if (errors.length > 0) return fail(errors);
  // `data: null` is a JSON value like any other; the attributes' nulls are gone.
  const data = 'data' in value && base64 === undefined ? { data: value['data'] } : {};
  const named = Object.fromEntries([...required, ...optional, 'data_base64'].map((name) => [name, given[name]]));
  const event = Object.fromEntries(Object.entries(named).filter(([, member]) => member !== undefined));
  // A parser's cast: every attribute was checked, or there are errors.
  return succeed({ ...event, extensions, ...data } as unknown as IncomingCloudEvent);
}

const patterns: Readonly<Partial<Record<string, RegExp>>> = {
  source: URI_REFERENCE,
  dataschema: URI_REFERENCE,
  datacontenttype: MEDIA_TYPE,
};

function problemOf(name: string, value: unknown): FieldErrorCode | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return 'not_text';
  if (value === '') return 'empty';
  if (name === 'time') return timeProblem(value);
  return patterns[name]?.test(value) === false ? 'malformed' : undefined;
}

function extensionsOf(
  given: Attributes,
  refuse: (name: string, code: FieldErrorCode, limits?: readonly unknown[]) => void,
): IncomingCloudEvent['extensions'] {
  const found = Object.entries(given).filter(([name]) => !cloudEventMembers.has(name));
  const extensions: Record<string, string | number | boolean> = {};
  if (found.length > MOST_EXTENSIONS) refuse('', 'too_many', [MOST_EXTENSIONS]);
  for (const [name, value] of found.slice(0, MOST_EXTENSIONS))
    // A name that is none is not repeated.
    if (!EXTENSION.test(name)) refuse('', 'forbidden_name');
    else if (typeof value === 'string' || typeof value === 'boolean') extensions[name] = value;
    else if (typeof value === 'number' && Number.isInteger(value) && value >= -INTEGER && value < INTEGER)
      extensions[name] = value;
    else refuse(name, typeof value === 'number' ? 'not_a_whole_number' : 'not_text');
  return extensions;
}
