import { type TouchpointKind } from '../touchpoint-event.js';
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
