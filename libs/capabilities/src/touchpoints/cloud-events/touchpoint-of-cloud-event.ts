import { fieldError, type FieldError, type IncomingCloudEvent, kindOf, type Language } from '#contracts';
import { type EpochMs, fail, type Result, succeed } from '#kernel';
import { isSent, membersOf, nameOf, present, type Sent } from '../json-values.js';

export interface CloudEventContext {
  readonly receivedAt: EpochMs;
  /** Who an event is about that does not say it: `kind:value`. */
  readonly customer?: string;
  /** A short text that stands for a long one: the same for the same text, another for another; a–z and 0–9 only. */
  readonly digest: (text: string) => string;
  readonly language?: Language;
}

/** A touchpoint as `POST /v1/touchpoints` takes it, in an event; what it leaves out, the event says. */
export const TOUCHPOINT_TYPE = 'touchpoint';
const OWN_TYPE = /^touchpoint[.]([a-z_]+)$/;
/** Our own decisions. They are made here, not reported. */
const RESERVED = /^(touchpoint|persona|audit|customer)([.]|$)/;
const SOURCE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const OWN_SOURCE = /^\/sources\/([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;
/** Not a URI: those have a scheme where the kind would be. */
const REFERENCE = /^(?!urn:|arn:|[a-z0-9_]+:\/\/)([a-z][a-z0-9_]{0,39}):(.+)$/su;
const MOST_OF_A_SOURCE = 50;
const MOST_READ_OF_A_URI = 1_000;

/**
 * A CloudEvent as a touchpoint, for `parseTouchpoint` to judge:
 *
 * - `touchpoint`, or `touchpoint.<kind>`: its data is a touchpoint; `id`, `source`, `occurredAt` and `kind` may be left to the event;
 * - `touchpoint.<kind>` as we export it, opened: the touchpoint that it was made of;
 * - any other type: `custom:<type>` with all of the event in its data.
 *
 * Errors point into the event.
 */
export function touchpointOfCloudEvent(
  event: IncomingCloudEvent,
  context: CloudEventContext,
): Result<Sent, readonly FieldError[]> {
  const wording = context.language === undefined ? {} : { language: context.language };
  const occurredAt = event.time ?? new Date(context.receivedAt).toISOString();
  const identifier = customerOf(event, context);
  const frame = {
    id: event.id,
    source: sourceOf(event.source, context.digest),
    occurredAt,
    identifiers: identifier && [identifier],
  };
  const own = OWN_TYPE.exec(event.type)?.[1];
  if (event.type === TOUCHPOINT_TYPE || (own !== undefined && kindOf(own === 'custom' ? 'custom:any' : own))) {
    if (!isSent(event.data)) return fail([fieldError('/data', 'not_an_object', wording)]);
    const { data } = event;
    if ('details' in data && 'personas' in data) return exported(data, occurredAt, wording);
    return succeed(membersOf(present({ ...frame, kind: own, ...data })));
  }
  if (RESERVED.test(event.type)) return fail([fieldError('/type', 'not_allowed', { limits: [ownTypes], ...wording })]);
  if (identifier === undefined) return fail([fieldError('/subject', 'required', wording)]);
  const { id, time, ...kept } = event;
  void [id, time];
  const data = present({ ...kept, extensions: present(kept.extensions) }) ?? {};
  return succeed({ ...frame, kind: `custom:${kindName(event.type)}`, data });
}

const ownTypes = [TOUCHPOINT_TYPE, `${TOUCHPOINT_TYPE}.<kind>`];

/** What `toCloudEvent` made, turned back. Of a sealed one nobody knows who it was about. */
function exported(
  data: Sent,
  occurredAt: string,
  wording: { readonly language?: Language },
): Result<Sent, readonly FieldError[]> {
  const { touchpointId, source, kind, channel, identifiers, profile, details } = data;
  if (identifiers === undefined) return fail([fieldError('/data/identifiers', 'required', wording)]);
  const touchpoint = {
    id: touchpointId,
    source,
    kind,
    channel: channel ?? undefined,
    occurredAt,
    identifiers,
    profile,
    data: details,
  };
  return succeed(membersOf(present(touchpoint)));
}

/**
 * `subject` as `kind:value`; any other subject is a name that means something to this source only. What was said for all events of a
 * request counts where an event has no subject.
 */
export function customerOf(
  { subject, source }: Pick<IncomingCloudEvent, 'subject' | 'source'>,
  { customer, digest }: Pick<CloudEventContext, 'customer' | 'digest'>,
): Sent | undefined {
  const reference = subject ?? customer;
  if (reference === undefined) return undefined;
  const [, kind, value] = REFERENCE.exec(reference) ?? [];
  if (kind !== undefined && value !== undefined) return { kind, value };
  return { kind: 'subject', value: `${sourceOf(source, digest)}/${reference}` };
}

/**
 * The name of a source: of our own ones as it was; of a URI its readable part and a digest, because two sources that only look alike
 * may use the same ids.
 */
export function sourceOf(uri: string, digest: CloudEventContext['digest']): string {
  const own = OWN_SOURCE.exec(uri)?.[1] ?? (SOURCE.test(uri) ? uri : undefined);
  if (own !== undefined) return own;
  // Nobody bounds what others send, and trimming takes the square of its length.
  const readable = uri
    .slice(0, MOST_READ_OF_A_URI)
    .replace(/^[a-z][a-z0-9+.-]*:/i, '')
    .replace(/[^A-Za-z0-9.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
    .slice(0, MOST_OF_A_SOURCE);
  return [readable, digest(uri).slice(0, 12)].filter((part) => part !== '').join('-');
}

/** The end of a long type says more than its beginning: that is the domain. */
const kindName = (type: string): string => nameOf(type.length > 50 ? type.slice(-50) : type) ?? 'cloud_event';
