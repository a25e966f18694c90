import fc from 'fast-check';
import { foldText } from './fold-text.js';

/** Each line is one name in the ways in which it is met. */
const sameNames: readonly (readonly string[])[] = [
  ['علی‌رضا یزدانی', 'علیرضا یزدانی', 'عليرضا يزداني', 'علی‌رضا  یزدانی ', 'عَلیرِضا یَزدانی'],
  ['کاظم اکبری', 'كاظم اكبري', 'کـــاظم اکبری'],
  ['فاطمه', 'فاطمة', 'فاطمۀ'],
  ['رؤیا مؤمنی', 'رويا مومني', 'رویا مومنی'],
  ['آرش احمدی', 'ارش أحمدی', 'آرش إحمدی', 'ٱرش احمدى'],
  ['مسئول', 'مسيول', 'مسیول'],
  ['\u200Fسارا\u200E', 'سارا', '\u2067سارا\u2069'],
  ['ﺳﻼﻡ', 'سلام'],
  ['پلاک ۱۲۳', 'پلاک ١٢٣', 'پلاک 123', 'پلاک １２３'],
  ['José Müller', 'jose muller', 'JOSÉ MÜLLER', 'Jose\u0301 Mu\u0308ller'],
  ['İpek', 'ipek', 'IPEK'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς', 'Οδυσσεύς'],
  ['Ali\u00A0Rezaei', 'ali rezaei', 'ALI\tREZAEI', 'Ali\u200B Rezaei', 'Ａli Rezaei'],
];

describe('folded text', () => {
  it.each(sameNames)('is one for every way to write %s', (...names) => {
    const [first, ...others] = names.map(foldText);
    for (const other of others) expect(other).toBe(first);
  });

  it('keeps different names apart', () => {
    const names = [
      'مریم',
      'مرتضی',
      'سارا',
      'ساره',
      'زهرا',
      'زهره',
      'Ann',
      'Anna',
      'ژاله',
      'جاله',
      'پری',
      'بری',
      'گل',
      'کل',
    ];
    expect(new Set(names.map(foldText)).size).toBe(names.length);
  });

  it('has Persian letters and ASCII digits', () => {
    expect(foldText('كي ۰۹٠٩')).toBe('کی 0909');
  });

  it('keeps what e-mail addresses and numbers are made of', () => {
    expect(foldText('Sara.N+Shop_1@Example.COM')).toBe('sara.n+shop_1@example.com');
    expect(foldText('A-123/45')).toBe('a-123/45');
  });

  it('has no line breaks, no hidden characters and no white space at its ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(text)).not.toMatch(/[\n\r\u200c\u200d]|^\s|\s$|\s\s/u);
      }),
    );
  });

  it('does not change when it is folded again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
      { numRuns: 2000 },
    );
  });
});
