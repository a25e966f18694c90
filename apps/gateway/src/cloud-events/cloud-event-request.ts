import { type IncomingHttpHeaders } from 'node:http';
import { mediaTypeOf } from '#contracts';
import { ProblemError } from '../problems/problem-error.js';

export type CloudEventMode = 'binary' | 'structured' | 'batch';

/**
 * How a request holds its events (CloudEvents 1.0.2, HTTP Protocol Binding §3): here the content type decides, because the specification
 * says so; what is in the events is judged the same in each mode.
 * @throws ProblemError `unsupported_media_type` for event formats other than JSON
 */
export function modeOf(headers: IncomingHttpHeaders): CloudEventMode {
  const type = mediaTypeOf(headers['content-type']);
  if (type === 'application/cloudevents+json') return 'structured';
  if (type === 'application/cloudevents-batch+json') return 'batch';
  if (type?.startsWith('application/cloudevents')) throw new ProblemError('unsupported_media_type');
  return 'binary';
}

const JSON_TYPE = /^(application|text)\/([a-z0-9!#$&^_.+-]+\+)?json$/;
const TEXT_TYPE = /^(text\/|application\/([a-z0-9!#$&^_.+-]+\+)?xml$)/;

/** What a body of that content type is read as; without one, JSON. */
export function dataFormOf(headers: IncomingHttpHeaders): 'json' | 'text' | 'bytes' {
  const type = mediaTypeOf(headers['content-type']);
  if (type === undefined) return 'bytes';
  if (type === '' || JSON_TYPE.test(type)) return 'json';
  return TEXT_TYPE.test(type) ? 'text' : 'bytes';
}

const ATTRIBUTE = /^ce-([a-z0-9]+)$/;

/** The attributes that stand in `ce-` headers, in the JSON format; `datacontenttype` is the content type. */
export function attributesOf(headers: IncomingHttpHeaders): Readonly<Record<string, unknown>> {
  const attributes: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    const name = ATTRIBUTE.exec(header)?.[1];
    // Data has its own place: a header must not be able to be it.
    if (name === undefined || name === 'data') continue;
    attributes[name] = typeof value === 'string' ? decoded(value) : value;
  }
  const type = headers['content-type'];
  return type === undefined ? attributes : { ...attributes, datacontenttype: type };
}

/** §3.1.3.2: quotes are taken off, then percent-encoded UTF-8 is decoded; `undefined` where it is none. */
function decoded(value: string): string | undefined {
  const quoted = /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(.)/gs, '$1');
  const bytes = (quoted ?? value).replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
  try {
    return decodeURIComponent(bytes);
  } catch {
    return undefined;
  }
}
