import { randomUUID } from 'node:crypto';
import { parseTouchpoint, splitPersonal } from '#contracts';
import { purchaseOf, Streams } from './touchpoints.js';

describe('the purchase that everybody stores', () => {
  const { open, personal } = splitPersonal('touchpoint.purchase', 1, purchaseOf(123_456, randomUUID()));
  const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

  it('has about 300 bytes that anybody may read', () => {
    expect(bytesOf(open)).toBeGreaterThan(290);
    expect(bytesOf(open)).toBeLessThan(340);
  });

  it('has about 150 bytes that are sealed', () => {
    expect(bytesOf(personal)).toBeGreaterThan(140);
    expect(bytesOf(personal)).toBeLessThan(200);
  });

  it('is one that the contracts accept', () => {
    const {
      kind,
      channel,
      source,
      touchpointId: id,
      identifiers,
      profile,
      details: data,
    } = purchaseOf(7, randomUUID());
    const touchpoint = {
      id,
      kind,
      channel,
      source,
      identifiers,
      profile,
      data,
      occurredAt: '2026-01-01T00:00:00.000Z',
    };
    expect(parseTouchpoint(touchpoint, Date.UTC(2026, 1, 1), {})).toMatchObject({ ok: true });
  });
});

describe('the streams of callers', () => {
  it('belong to one caller each, who takes them in turn', () => {
    const streams = new Streams(64);
    const turns = Array.from({ length: 50 }, () => streams.next(3));
    expect(new Set(turns).size).toBe(50);
    expect(streams.next(3)).toBe(turns[0]);
    expect(turns).not.toContain(streams.next(4));
  });

  it('are about as many however many callers there are', () => {
    expect(new Streams(1).personaIds).toHaveLength(3_200);
    expect(new Streams(256).personaIds).toHaveLength(3_328);
  });
});
