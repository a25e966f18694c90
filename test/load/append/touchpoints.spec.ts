import { randomUUID } from 'node:crypto';
import { splitPersonal } from '#contracts';
import { openPart, personalPart, Streams, wholeOf } from './touchpoints.js';

describe('the purchase that everybody stores', () => {
  const personaId = randomUUID();

  it('is sealed where the contracts say that it is personal', () => {
    expect(splitPersonal('touchpoint.purchase', 1, wholeOf(7, personaId))).toEqual({
      open: openPart(7, personaId),
      personal: personalPart(7, personaId),
    });
  });

  it('is of an ordinary size', () => {
    const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
    expect(bytes(openPart(123_456, personaId))).toBeGreaterThan(290);
    expect(bytes(openPart(123_456, personaId))).toBeLessThan(340);
    expect(bytes(personalPart(123_456, personaId))).toBeGreaterThan(150);
    expect(bytes(personalPart(123_456, personaId))).toBeLessThan(200);
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
