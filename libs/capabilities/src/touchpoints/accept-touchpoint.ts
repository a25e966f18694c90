import {
  directionOf,
  fieldError,
  type FieldError,
  freeTextFieldsOf,
  type Identifier,
  kindOf,
  kinds,
  type Language,
  type PersonaRef,
  type TextDirection,
  type TouchpointData,
  type TouchpointDto,
  type TouchpointKind,
} from '#contracts';
import { canonicalJson, type EpochMs, type EventMeta, fail, type NewEvent, type Result, succeed } from '#kernel';
import { normaliseIdentifier } from './normalise-identifier.js';

/** Deterministic UUID from a purpose and parts, as of the vault. */
export type DeriveUuid = (purpose: string, ...parts: readonly string[]) => string;

export interface AcceptContext {
  readonly uuid: DeriveUuid;
  readonly correlationId: string;
  readonly causationId: string;
  /** W3C Trace Context of the request. */
  readonly trace?: Pick<EventMeta, 'traceparent' | 'tracestate'>;
  /** Country that national phone numbers belong to, ISO 3166-1 alpha-2; without it they are refused. */
  readonly defaultRegion?: string;
  /** Of the details in the errors. */
  readonly language?: Language;
}

export interface AcceptedTouchpoint {
  /** With its personal members in the open: it has to be sealed before it is stored. */
  readonly event: NewEvent<`touchpoint.${TouchpointKind}`, TouchpointData>;
  /** One text for one touchpoint, however it was written: what the hash of the request is made of. */
  readonly canonical: string;
  readonly touchpointId: string;
}

/**
 * The event of a touchpoint: its customer named by personas, its identifiers in their one form. It belongs to the timeline of
 * its first identifier. Nothing is looked up, so the same touchpoint always makes the same event.
 */
export function acceptTouchpoint(
  sent: TouchpointDto,
  context: AcceptContext,
): Result<AcceptedTouchpoint, readonly FieldError[]> {
  // `é` may be one character or two; the same id is the same touchpoint in either spelling.
  const touchpoint = { ...sent, id: sent.id.normalize('NFC') };
  const identifiers = normaliseAll(touchpoint.identifiers, context);
  if (!identifiers.ok) return identifiers;
  const kind = kindOf(touchpoint.kind);
  if (!kind) return fail([fieldError('/kind', 'unknown_kind', context)]);
  const personas = identifiers.value.map((identifier) => personaOf(identifier, context.uuid));
  const [owner] = personas;
  if (!owner) return fail([fieldError('/identifiers', 'too_few', { limits: [1], ...context })]);

  const { id, source, channel, profile, data: details } = touchpoint;
  const direction = textDirectionOf(kind, details);
  const event: AcceptedTouchpoint['event'] = {
    id: context.uuid('touchpoint', source, id),
    type: `touchpoint.${kind}`,
    schemaVersion: kinds[kind].version,
    key: owner.id,
    occurredAt: Date.parse(touchpoint.occurredAt) satisfies EpochMs,
    data: {
      kind: touchpoint.kind,
      channel: channel ?? null,
      source,
      personas,
      touchpointId: id,
      identifiers: identifiers.value,
      ...(direction && { direction }),
      ...(profile && { profile }),
      details,
    },
    meta: {
      source: `/sources/${source}`,
      correlationId: context.correlationId,
      causationId: context.causationId,
      ...context.trace,
    },
  };
  const canonical = canonicalJson({ ...touchpoint, identifiers: identifiers.value });
  return succeed({ event, canonical, touchpointId: id });
}

export const personaOf = ({ kind, value }: Identifier, uuid: DeriveUuid): PersonaRef => ({
  id: uuid('persona', kind, value),
  kind,
});

/** In their order, each once: an address that was sent in two spellings is one identifier. */
function normaliseAll(
  sent: readonly Identifier[],
  { defaultRegion, language }: AcceptContext,
): Result<readonly Identifier[], readonly FieldError[]> {
  const identifiers = new Map<string, Identifier>();
  const errors: FieldError[] = [];
  for (const [index, identifier] of sent.entries()) {
    const normalised = normaliseIdentifier(identifier, defaultRegion);
    if (normalised.ok) identifiers.set(`${identifier.kind}:${normalised.value.value}`, normalised.value);
    else
      errors.push(
        fieldError(`/identifiers/${String(index)}/value`, normalised.reason, { ...(language && { language }) }),
      );
  }
  return errors.length > 0 ? fail(errors) : succeed([...identifiers.values()]);
}

/** Of the first free text that is there; custom touchpoints conventionally have theirs under `text`. */
function textDirectionOf(kind: TouchpointKind, details: object): TextDirection | undefined {
  const dto = kinds[kind].details;
  const names = dto === 'free' ? ['text'] : freeTextFieldsOf(dto);
  const texts = new Map<string, unknown>(Object.entries(details));
  const text = names.map((name) => texts.get(name)).find((member) => typeof member === 'string');
  return typeof text === 'string' ? directionOf(text) : undefined;
}
