import type { RecordedEvent } from '#kernel';
import type { ProfileDto } from './profile.dto.js';

export const touchpointKinds = [
  'first_contact',
  'visit',
  'message',
  'call',
  'purchase',
  'return',
  'cart_abandoned',
  'complaint',
  'follow_up',
  'survey_answer',
  'review',
  'mention',
  'promise',
  'service',
  'loyalty',
  'subscription',
  'consent',
  'custom',
] as const;
/** A kind as it stands in an event type; every `custom:<name>` is `custom` there. */
export type TouchpointKind = (typeof touchpointKinds)[number];

export const channels = [
  'web',
  'email',
  'chat',
  'phone',
  'sms',
  'whatsapp',
  'telegram',
  'bale',
  'viber',
  'instagram',
  'facebook',
  'x',
  'store',
  'app',
  // On paper, by fax, or sent on by another organisation.
  'letter',
  'fax',
  'referral',
  'other',
] as const;
export type Channel = (typeof channels)[number];

/** One way in which a touchpoint names its customer. `value` is normalised. */
export interface Identifier {
  /** `customer_number`, `email`, `phone`, or another snake_case kind. */
  readonly kind: string;
  readonly value: string;
}

/** A persona, by its pseudonymous id. */
export interface PersonaRef {
  /** UUID, version 8. */
  readonly id: string;
  /** Kind of the identifier that it stands for. */
  readonly kind: string;
}

export const textDirections = ['ltr', 'rtl'] as const;
export type TextDirection = (typeof textDirections)[number];

/**
 * The data of a `touchpoint.<kind>` event. Members marked (personal) are sealed before they are stored, together, under
 * `sealed`; of an erased customer they are absent for ever.
 */
export interface TouchpointData<Details = Readonly<Record<string, unknown>>> {
  /** As it was sent: one of the kinds, or `custom:<name>`. */
  readonly kind: string;
  readonly channel: Channel | null;
  readonly source: string;
  /** One for each identifier, in its order. The first one's timeline is the one that this belongs to. */
  readonly personas: readonly PersonaRef[];
  /** (personal) The caller's id. */
  readonly touchpointId?: string;
  /** (personal) */
  readonly identifiers?: readonly Identifier[];
  /** Of the first free text in it, detected when it was accepted. */
  readonly direction?: TextDirection;
  /** What it tells of the customer; name and city are (personal). */
  readonly profile?: Readonly<ProfileDto>;
  /** What the kind's schema says; its personal members are sealed too. */
  readonly details: Details;
  /** The personal members, encrypted; only in the store and in what reads the log sealed. */
  readonly sealed?: string;
}

export type TouchpointEvent = {
  [K in TouchpointKind]: RecordedEvent<`touchpoint.${K}`, TouchpointData>;
}[TouchpointKind];
