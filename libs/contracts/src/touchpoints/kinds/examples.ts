import { type TouchpointData, type TouchpointKind } from '../touchpoint-event.js';
import { type TouchpointDto } from '../touchpoint.dto.js';
import { type Language } from './kind.js';
import { kinds } from './kinds.js';

type Frame = Omit<TouchpointDto, 'id' | 'kind' | 'data'>;

const frames: Readonly<Record<Language, Frame>> = {
  en: {
    source: 'web-shop',
    channel: 'web',
    occurredAt: '2026-03-02T10:15:00.000Z',
    identifiers: [
      { kind: 'customer_number', value: '12347' },
      { kind: 'email', value: 'ada.larsen@example.com' },
    ],
    profile: { name: 'Ada Larsen', customerKind: 'individual', language: 'en', country: 'GB', city: 'Kirkwall' },
  },
  fa: {
    source: 'crm',
    channel: 'phone',
    occurredAt: '2026-03-04T07:42:10.000Z',
    identifiers: [{ kind: 'phone', value: '+989123456789' }],
    profile: { name: 'شرکت چای رشت', customerKind: 'business', language: 'fa', country: 'IR', city: 'رشت' },
  },
};

/** A touchpoint of a kind as it would really be sent. */
export const exampleTouchpoint = (kind: TouchpointKind, language: Language): TouchpointDto => ({
  ...frames[language],
  id: `${kind}-${language}-1`,
  kind: kind === 'custom' ? 'custom:open_day' : kind,
  data: { ...kinds[kind].examples[language] },
});

const PERSONA = '0f6a1c52-8f0e-8a3b-9d7e-5b1c2d3e4f50';

/** The opened data of the event that an example becomes. */
export function exampleEventData(kind: TouchpointKind, language: Language): TouchpointData {
  const { id, source, channel, identifiers, profile, data, kind: sent } = exampleTouchpoint(kind, language);
  const personas = identifiers.map((identifier, index) => ({
    id: `${PERSONA.slice(0, -1)}${String(index)}`,
    kind: identifier.kind,
  }));
  return {
    kind: sent,
    channel: channel ?? null,
    source,
    personas,
    touchpointId: id,
    identifiers,
    direction: language === 'fa' ? 'rtl' : 'ltr',
    ...(profile && { profile }),
    details: data,
  };
}
