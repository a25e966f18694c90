import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { RawHeaders } from './raw-headers.js';

/** Zigzag varint of a length, and of -1. */
const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
};
const text = (value: string): Buffer => Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);

/** A record as it stands in a batch: no attributes, first of its time, second of its offsets. */
const recordOf = (...headers: readonly (readonly [string, string | null])[]): Buffer =>
  Buffer.concat([
    ...[Buffer.from([0]), varint(0), varint(1), text('key'), text('value')],
    varint(headers.length),
    ...headers.flatMap(([name, value]) => [text(name), value === null ? varint(-1) : text(value)]),
  ]);

/** As kafkajs reads it, with nothing of ours in between. */
const read = (record: Buffer) => decodeRecord(new Decoder(record), { firstOffset: '7', firstTimestamp: '0' });
const textsOf = (record: Buffer): unknown => {
  const { headers } = read(record);
  // What kafkajs makes of them itself would be right too, and slow.
  if (!(headers instanceof RawHeaders)) throw new Error('kafkajs reads headers in another way');
  return headers.toTexts();
};

describe('the headers of a record', () => {
  it('are left as they came, by kafkajs as well, which reads the rest', () => {
    const record = read(recordOf(['a', '1']));
    expect(record).toMatchObject({ offset: '8', value: Buffer.from('value') });
    expect(record.headers).toMatchObject({ bytes: 4 });
  });

  it('are read by name, whatever the record before had', () => {
    expect(textsOf(recordOf(['ce_id', '1'], ['ce_type', 'x']))).toEqual({ ce_id: '1', ce_type: 'x' });
    expect(textsOf(recordOf(['ce_type', 'y'], ['ce_id', '2'], ['ce_idx', '']))).toEqual({
      ...{ ce_type: 'y', ce_id: '2', ce_idx: '' },
    });
    expect(textsOf(recordOf())).toEqual({});
  });

  it('may be in any language, long, without a value, and there twice', () => {
    const long = 'x'.repeat(70_000);
    expect(
      textsOf(recordOf(['منبع', 'چت'], ['long', long], ['none', null], ['twice', 'first'], ['twice', 'second'])),
    ).toEqual({ ...{ منبع: 'چت', long, none: '', twice: 'first' } });
    expect(textsOf(recordOf(['منبع', 'plain'], ['long', 'é']))).toEqual({ منبع: 'plain', long: 'é' });
  });

  it('end where the record ends, whatever their number says', () => {
    expect(textsOf(recordOf(['a', '1']).fill(0x7e, 13, 14))).toEqual({ a: '1' });
  });
});
