import fc from 'fast-check';
import { BinaryArrays } from './binary-arrays.js';

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

const arrays = new BinaryArrays();

describe('a binary array', () => {
  beforeEach(() => {
    arrays.reset();
  });

  it('tells dimension, absence of nulls, element type, length and lower bound', () => {
    const array = arrays.integer([7, -1]);
    expect([0, 4, 8, 12, 16].map((offset) => array.readInt32BE(offset))).toEqual([1, 0, 23, 2, 1]);
    expect(elements(array).map((element) => element.readInt32BE())).toEqual([7, -1]);
  });

  it('has no dimension when it is empty', () => {
    expect(arrays.text([])).toEqual(Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25]));
  });

  it('holds numbers exactly, as far as numbers are exact', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeInteger(), { minLength: 1 }), (values) => {
        expect(elements(arrays.bigint(values)).map((element) => Number(element.readBigInt64BE()))).toEqual(values);
      }),
    );
  });

  it('holds any text as UTF-8', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (values) => {
        expect(elements(arrays.text(values)).map((element) => element.toString())).toEqual(values);
      }),
    );
  });

  it('holds the bytes of a UUID, whatever its spelling', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const hex = uuid.replaceAll('-', '');
        expect(elements(arrays.uuid([uuid, uuid.toUpperCase()])).map((element) => element.toString('hex'))).toEqual([
          hex,
          hex,
        ]);
      }),
    );
  });

  it('holds times as microseconds since 2000', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (epochMs) => {
        const [element] = elements(arrays.timestamp([epochMs]));
        expect(element?.readBigInt64BE()).toBe((BigInt(epochMs) - BigInt(Date.UTC(2000, 0, 1))) * 1_000n);
      }),
    );
  });

  it('holds bytes and truth values', () => {
    expect(elements(arrays.bytea([Buffer.from('ab'), new Uint8Array(0)]))).toEqual([
      Buffer.from('ab'),
      Buffer.alloc(0),
    ]);
    expect(elements(arrays.boolean([true, false])).map((element) => element[0])).toEqual([1, 0]);
  });

  it('stays as it is while others are made, however big they are', () => {
    const first = arrays.text(['first']);
    const copy = Buffer.from(first);
    const second = arrays.json(['x'.repeat(200_000)]);
    arrays.integer([1, 2, 3]);
    expect(first).toEqual(copy);
    expect(elements(second)[0]).toHaveLength(200_000);
  });

  it('gives its memory to the next flush', () => {
    const first = arrays.integer([1]);
    arrays.reset();
    arrays.integer([2]);
    expect(elements(first).map((element) => element.readInt32BE())).toEqual([2]);
  });
});
