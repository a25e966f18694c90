import fc from 'fast-check';
import { domainToASCII } from 'node:url';
import { normaliseEmail } from './normalise-email.js';
import { normaliseByLibrary, normalisePhone } from './normalise-phone.js';

describe('the short way', () => {
  // Every beginning that an area or a network can have; what follows has no meaning.
  const areas = Array.from({ length: 1_000 }, (_, area) => String(area).padStart(3, '0'));

  it.each(['+98', '+44', '+90', '+1', '0', '+980', '+971'])(
    'reads numbers that begin with %s as the library does',
    (start) => {
      for (const [index, area] of areas.entries()) {
        const number = `${start}${area}${String(index * 7_919_113)
          .padStart(7, '5')
          .slice(-7)}`;
        for (const region of ['IR', 'GB', undefined])
          expect({ number, region, read: normalisePhone(number, region) }).toEqual({
            number,
            region,
            read: normaliseByLibrary(number, region),
          });
      }
    },
  );

  it('leaves domains as IDNA does', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,70}$/);
    const domain = fc.tuple(
      fc.array(label, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('com', 'ir', 'x', 'a1', 'xn--p1ai'),
    );
    fc.assert(
      fc.property(domain, ([labels, last]) => {
        const name = [...labels, last].join('.');
        const ascii = domainToASCII(name);
        const tooLong = ascii.length + 2 > 254;
        expect(normaliseEmail(`a@${name}`)).toBe(ascii === '' || tooLong ? undefined : `a@${ascii}`);
      }),
      { numRuns: 2_000 },
    );
  });
});
