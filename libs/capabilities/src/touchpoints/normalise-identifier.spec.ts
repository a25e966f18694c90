import fc from 'fast-check';
import { normaliseIdentifier } from './normalise-identifier.js';

const normalised = (kind: string, value: string, region?: string): string => {
  const result = normaliseIdentifier({ kind, value }, region);
  return result.ok ? result.value.value : `refused: ${result.reason}`;
};

describe('an e-mail address', () => {
  it.each([
    ['  Ada.Larsen@Example.COM ', 'ada.larsen@example.com'],
    ['ＡＤＡ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ada@example.com'],
    ['ada+shop@example.com', 'ada+shop@example.com'],
    ['رضا@مثال.ایران', 'رضا@xn--mgbh0fb.xn--mgba3a4f16a'],
    ['رضا@xn--mgbh0fb.xn--mgba3a4f16a', 'رضا@xn--mgbh0fb.xn--mgba3a4f16a'],
    ['reza۱۲@example.ir', 'reza12@example.ir'],
    ['a@b@example.com', 'refused: not_an_email'],
  ])('%s is %s', (sent, expected) => {
    expect(normalised('email', sent)).toBe(expected);
  });

  it.each([
    'ada',
    'ada@',
    '@example.com',
    'ada@localhost',
    'ada@1.2.3.4',
    'ada@example..com',
    'ada@exa mple.com',
    'Ada <ada@example.com>',
    'ada@example.com/x',
    'ada@example.com:25',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b.'.repeat(125)}com`,
  ])('is not %s', (sent) => {
    expect(normalised('email', sent)).toBe('refused: not_an_email');
  });
});

describe('a phone number', () => {
  it.each([
    ['+98 912 345 6789', undefined, '+989123456789'],
    ['۰۹۱۲ ۳۴۵ ۶۷۸۹', 'IR', '+989123456789'],
    ['٠٩١٢٣٤٥٦٧٨٩', 'IR', '+989123456789'],
    ['0098 912-345-6789', 'IR', '+989123456789'],
    ['(021) 8877 6655', 'IR', '+982188776655'],
    ['020 7946 0018', 'GB', '+442079460018'],
    ['+98 21 8877 6655 ext. 12', undefined, '+982188776655;ext=12'],
    ['+982188776655;ext=12', undefined, '+982188776655;ext=12'],
  ])('%s (%s) is %s', (sent, region, expected) => {
    expect(normalised('phone', sent, region)).toBe(expected);
  });

  it('without its country means nothing', () => {
    expect(normalised('phone', '0912 345 6789')).toBe('refused: phone_without_country');
  });

  it.each(['ring me', '+98', '12', '+999 123', 'call +98 912 345 6789 now', '+98 912 345 6789 000 000'])(
    'is not %s',
    (sent) => {
      expect(normalised('phone', sent, 'IR')).toBe('refused: not_a_phone_number');
    },
  );

  it.each(['1234', '99999', '1234567', '0912345', '8877 6655'])('without its area code (%s) names nobody', (sent) => {
    expect(normalised('phone', sent, 'IR')).toBe('refused: not_a_phone_number');
  });

  it('may be short where such numbers are assigned', () => {
    // Directory enquiries of the Solomon Islands have five digits like everybody there.
    expect(normalised('phone', '+677 40123')).toBe('+67740123');
  });

  it('of a region that nobody knows is read as without one', () => {
    expect(normalised('phone', '0912 345 6789', 'XX')).toBe('refused: not_a_phone_number');
  });
});

describe('any other identifier', () => {
  it('keeps its case, and has ASCII digits and no white space around it', () => {
    expect(normalised('customer_number', ' ۱۲۳۴۷\u00a0')).toBe('12347');
    expect(normalised('telegram', 'AdaLarsen')).toBe('AdaLarsen');
  });

  it.each([
    '0',
    '000',
    '-1',
    '0.0',
    'null',
    'NULL',
    ' Unknown ',
    'undefined',
    'anonymous',
    'none',
    'N/A',
    'NaN',
    '',
    ' ',
    '-',
    '???',
  ])('is not “%s”, which is nobody', (sent) => {
    expect(normalised('customer_number', sent)).toBe('refused: blocked_value');
  });

  it.each(['00000000-0000-0000-0000-000000000000', '[object Object]', '۰', '٠٠', 'ناشناس', 'ｎｕｌｌ', '۰۰۰-۰۰۰'])(
    'is not %s, however it is written',
    (sent) => {
      expect(normalised('device_id', sent)).toBe('refused: blocked_value');
    },
  );

  it('is not nobody for containing a blocked word', () => {
    expect(normalised('telegram', 'anonymous_42')).toBe('anonymous_42');
    expect(normalised('customer_number', '10')).toBe('10');
  });

  it('has nothing invisible in it', () => {
    expect(normalised('telegram', 'ada\u200d')).toBe('refused: malformed');
    expect(normalised('telegram', '\u202eada')).toBe('refused: malformed');
    for (const unseen of ['\ufe0f', '\u034f', '\u3164', '\u115f', '\u2800'])
      expect(normalised('customer_number', `12347${unseen}`)).toBe('refused: malformed');
    expect(normalised('email', 'ada\ufe0f@example.com')).toBe('refused: malformed');
  });

  it('is the same whichever keyboard wrote its letters, dashes and spaces', () => {
    expect(normalised('telegram', 'علي')).toBe(normalised('telegram', 'علی'));
    expect(normalised('customer_number', 'ك-12')).toBe('ک-12');
    for (const dash of ['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\uff0d'])
      expect(normalised('customer_number', `A${dash}12`)).toBe('A-12');
    expect(normalised('customer_number', 'A  \u00a0 12')).toBe('A 12');
  });

  it('has at most 256 characters once its ligatures are written out', () => {
    expect(normalised('telegram', '\ufdfa'.repeat(20))).toBe('refused: too_long');
  });
});

describe('normalising', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789۰۱۲۳۴۵۶۷۸۹٠١٢٣+-() '), maxLength: 20 });
  const mail = fc
    .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), fc.domain())
    .map(([local, domain]) => `${local}@${domain}`);
  const sent = fc.oneof(
    fc.record({ kind: fc.constant('phone'), value: digits }),
    fc.record({ kind: fc.constant('email'), value: fc.oneof(mail, fc.emailAddress()) }),
    fc.record({
      kind: fc.constantFrom('customer_number', 'email', 'phone', 'telegram'),
      value: fc.string({ unit: 'binary' }),
    }),
  );

  it('twice changes nothing', () => {
    fc.assert(
      fc.property(sent, fc.constantFrom(undefined, 'IR', 'GB'), (identifier, region) => {
        const once = normaliseIdentifier(identifier, region);
        if (!once.ok) return;
        expect(normaliseIdentifier(once.value, region)).toEqual(once);
        // What is normalised no longer depends on where we are.
        expect(normaliseIdentifier(once.value, 'US')).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not mind which digits were typed', () => {
    const persian = (text: string) => text.replace(/\d/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'.charAt(Number(digit)));
    fc.assert(
      fc.property(fc.constantFrom('phone', 'customer_number'), fc.stringMatching(/^[+0-9 -]{1,16}$/), (kind, value) => {
        expect(normaliseIdentifier({ kind, value: persian(value) }, 'IR')).toEqual(
          normaliseIdentifier({ kind, value }, 'IR'),
        );
      }),
    );
  });
});
