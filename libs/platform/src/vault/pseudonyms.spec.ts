import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { createPseudonyms } from './pseudonyms.js';

const secret = Buffer.alloc(32, 'secret of an installation');
const { uuid, digest } = createPseudonyms(secret);

describe('a pseudonym', () => {
  it('is a UUID of version 8', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (purpose, parts) => {
        expect(uuid(purpose, ...parts)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it('is an HMAC-SHA-256 of its input, with the lengths of the parts in it', () => {
    const bytes = createHmac('sha256', secret).update('uuid|7:persona|5:email|13:a@example.com').digest('hex');
    const made = uuid('persona', 'email', 'a@example.com').replaceAll('-', '');
    // All but the version and the variant.
    expect(made.slice(0, 12) + made.slice(13, 16) + made.slice(17)).toBe(
      bytes.slice(0, 12) + bytes.slice(13, 16) + bytes.slice(17, 32),
    );
    const digested = createHmac('sha256', secret).update('digest|1:p|4:text').digest().subarray(0, 16);
    expect(Buffer.from(digest('p', 'text'))).toEqual(digested);
  });

  it('stays the same for ever', () => {
    expect(uuid('persona', 'phone', '+989121234567')).toBe('55ff2378-a14e-88fc-92b0-1ad0e33697ff');
    expect(Buffer.from(digest('touchpoint', 'سلام')).toString('hex')).toBe('c026b7059049c5bb04b732e369704d72');
  });

  it('is the HMAC of any secret and any text, however long', () => {
    const secrets = fc.uint8Array({ minLength: 1, maxLength: 100 });
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.constantFrom('x'.repeat(20_000), 'گ'.repeat(9_000)),
    );
    fc.assert(
      fc.property(secrets, texts, (key, text) => {
        const input = `digest|1:p|${String(text.length)}:${text}`;
        const expected = createHmac('sha256', key).update(input).digest().subarray(0, 16);
        expect(Buffer.from(createPseudonyms(key).digest('p', text))).toEqual(expected);
      }),
    );
  });

  it('differs by secret, purpose, and every part', () => {
    const other = createPseudonyms(Buffer.alloc(32, 'another'));
    const made = [
      uuid('persona', 'email', 'a'),
      other.uuid('persona', 'email', 'a'),
      uuid('touchpoint', 'email', 'a'),
      uuid('persona', 'phone', 'a'),
      uuid('persona', 'email', 'b'),
      uuid('persona', 'email'),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  it('is not the same for parts that are cut elsewhere, whatever characters they hold', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '|', '1', ':', '\0'), maxLength: 4 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 3 }), fc.array(part, { maxLength: 3 }), (one, other) => {
        expect(uuid('p', ...one) === uuid('p', ...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 2_000 },
    );
  });
});
