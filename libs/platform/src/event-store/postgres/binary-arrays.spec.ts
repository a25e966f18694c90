import fc from 'fast-check';
import {
  bigintArray,
  booleanArray,
  byteaArray,
  integerArray,
  textArray,
  timestampArray,
  uuidArray,
} from './binary-arrays.js';

/** The elements of an array in binary format. */
function elements(array: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let offset = 20; offset < array.length;) {
    const length = array.readInt32BE(offset);
    found.push(array.subarray(offset + 4, offset + 4 + length));
    offset += 4 + length;
  }
  return found;
}

describe('a binary array', () => {
  it('tells dimension, absence of nulls, element type, length and lower bound', () => {
    const array = integerArray([7, -1]);
    expect([0, 4, 8, 12, 16].map((offset) => array.readInt32BE(offset))).toEqual([1, 0, 23, 2, 1]);
    expect(elements(array).map((element) => element.readInt32BE())).toEqual([7, -1]);
  });

  it('has no dimension when it is empty', () => {
    for (const encode of [textArray, integerArray, byteaArray])
      expect(encode([])).toEqual(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, ...encode([]).subarray(8, 12)]));
  });

  it('holds numbers exactly, as far as numbers are exact', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1 }), (values) => {
        expect(elements(bigintArray(values)).map((element) => Number(element.readBigInt64BE()))).toEqual(values);
      }),
    );
  });

  it('holds any text as UTF-8', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (values) => {
        expect(elements(textArray(values)).map((element) => element.toString())).toEqual(values);
      }),
    );
  });

  it('holds the bytes of a UUID, whatever its spelling', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const hex = uuid.replaceAll('-', '');
        expect(elements(uuidArray([uuid, uuid.toUpperCase()])).map((element) => element.toString('hex'))).toEqual([
          hex,
          hex,
        ]);
      }),
    );
  });

  it('holds times as microseconds since 2000', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (epochMs) => {
        const [element] = elements(timestampArray([epochMs]));
        expect(element?.readBigInt64BE()).toBe((BigInt(epochMs) - BigInt(Date.UTC(2000, 0, 1))) * 1_000n);
      }),
    );
  });

  it('holds bytes and truth values', () => {
    expect(elements(byteaArray([Buffer.from('ab'), new Uint8Array(0)]))).toEqual([Buffer.from('ab'), Buffer.alloc(0)]);
    expect(elements(booleanArray([true, false])).map((element) => element[0])).toEqual([1, 0]);
  });
});
