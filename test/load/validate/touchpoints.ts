import { exampleTouchpoint, touchpointKinds } from '#contracts';

export const BATCH = 100;

const languages = ['en', 'fa'] as const;

/** Touchpoints of every kind in both languages, about 490 bytes each. */
export const mixed = (): readonly object[] => {
  const examples = touchpointKinds.flatMap((kind) => languages.map((language) => exampleTouchpoint(kind, language)));
  return Array.from({ length: BATCH }, (_, index) => ({
    ...examples[index % examples.length],
    id: `t-${String(index)}`,
  }));
};

/** Orders as the profile of the Online Retail data makes them, with 20 lines each: 2.9 KB. */
export const orders = (): readonly object[] =>
  Array.from({ length: BATCH }, (_, index) => ({
    id: String(536_365 + index),
    source: 'online-retail',
    kind: 'purchase',
    channel: 'web',
    occurredAt: '2010-12-01T08:26:00.000Z',
    identifiers: [{ kind: 'customer_number', value: String(12_346 + index) }],
    profile: { country: 'GB' },
    data: {
      orderId: String(536_365 + index),
      amount: { amount: '306.00', currency: 'GBP' },
      items: Array.from({ length: 20 }, (_item, line) => ({
        sku: `85${String(line).padStart(3, '0')}A`,
        description: 'WHITE HANGING HEART T-LIGHT HOLDER',
        quantity: 6,
        unitPrice: { amount: '2.55', currency: 'GBP' },
      })),
    },
  }));
