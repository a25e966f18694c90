import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { seal as sealText, type Sealable, takeApart, textOf, unseal } from './sealing.js';
import { SealBrokenError } from '../vault-errors.js';

const dataKey = createSecretKey(randomBytes(32));
const key = { personaId: randomUUID(), incarnation: 3 };
const eventId = randomUUID();
const seal = (personal: unknown, other: Partial<Sealable> = {}): string =>
  sealText({ dataKey, ...key, eventId, text: textOf(personal), ...other });
const open = (sealed: string, personaId = key.personaId, event: string = eventId): unknown =>
  unseal(dataKey, personaId, event, takeApart(sealed));

const persian = fc.string({ unit: fc.constantFrom(...'سلام دنیا۱۲۳‌ـ«»؟ي'), maxLength: 60 });
const json = fc.jsonValue({ stringUnit: 'binary' });

describe('a sealed part', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.record({ name: persian, any: json }), (personal) => {
        const sealed = seal(personal);
        expect(open(sealed)).toEqual(JSON.parse(JSON.stringify(personal)));
      }),
    );
  });

  it.each([0, 5_000, 100_000, 1_000_000])('may hold %i characters of three bytes', (length) => {
    const text = 'پ‌'.repeat(length / 2);
    expect(open(seal(text))).toBe(text);
  });

  it('is one line of base64url and no longer than it must be', () => {
    const personal = { name: 'x'.repeat(100) };
    const sealed = seal(personal);
    expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(sealed.length).toBe(Math.ceil(((JSON.stringify(personal).length + 33) * 4) / 3));
  });

  it('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 2_000 }, () => Buffer.from(seal(1), 'base64url').toString('hex', 5, 17));
    expect(new Set(nonces).size).toBe(2_000);
  });

  it('does not open when any bit of it is changed', () => {
    const bytes = Buffer.from(seal({ name: 'Canary' }), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => open(changed.toString('base64url'))).toThrow(SealBrokenError);
    }
  });

  it('does not open when it is cut short or made longer', () => {
    const sealed = seal({ name: 'Canary' });
    for (let length = 0; length < sealed.length; length++)
      expect(() => open(sealed.slice(0, length))).toThrow(SealBrokenError);
    expect(() => open(`${sealed}AAAA`)).toThrow(SealBrokenError);
  });

  it('has one spelling', () => {
    const sealed = seal({ name: 'Canary' });
    for (const other of [` ${sealed}`, `${sealed}\n`, `${sealed}=`, `${sealed.slice(0, 8)}!${sealed.slice(8)}`])
      expect(() => open(other)).toThrow(SealBrokenError);
  });

  it('does not open for another persona, event or key', () => {
    const sealed = seal({ name: 'Canary' });
    expect(() => open(sealed, randomUUID())).toThrow(SealBrokenError);
    expect(() => open(sealed, key.personaId, randomUUID())).toThrow(SealBrokenError);
    expect(() => unseal(createSecretKey(randomBytes(32)), key.personaId, eventId, takeApart(sealed))).toThrow(
      SealBrokenError,
    );
  });

  it('says nothing of its content when it does not open', () => {
    const sealed = seal({ name: 'Canary' });
    expect(() => open(sealed, key.personaId, 'other')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('Canary') }),
    );
  });
});

describe('sealing', () => {
  it.each([undefined, () => 1])('refuses %p, which JSON cannot express', (value) => {
    expect(() => seal(value)).toThrow(TypeError);
  });

  it.each([0, -1, 2 ** 32, Number.NaN])('refuses the incarnation %p', (incarnation) => {
    expect(() => seal(1, { incarnation })).toThrow(RangeError);
  });

  it('works for incarnations above 2^31', () => {
    const late = { ...key, incarnation: 2 ** 31 + 5 };
    const parts = takeApart(seal('x', late));
    expect(parts.incarnation).toBe(late.incarnation);
    expect(unseal(dataKey, key.personaId, eventId, parts)).toBe('x');
  });
});
