/**
 * Array parameters in PostgreSQL's binary format (array_recv in its sources): nothing is escaped here, and nothing is parsed
 * from text there. node-postgres sends a Buffer as a binary parameter. Big-endian: dimensions, has-nulls, element type,
 * length, lower bound; then each element's length and bytes.
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

const oids = {
  bool: 16,
  bytea: 17,
  bigint: 20,
  integer: 23,
  text: 25,
  json: 114,
  timestamptz: 1184,
  uuid: 2950,
} as const;

/** Unix milliseconds of 2000-01-01, where PostgreSQL counts from. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_TO_32 = 4_294_967_296;

function writeHeader(buffer: Buffer, oid: number, length: number): void {
  buffer.writeInt32BE(length > 0 ? 1 : 0, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
}

/** An empty array has no dimension, so nothing follows the element type. */
const EMPTY_BYTES = 12;

function fixedWidth<Value>(
  oid: number,
  width: number,
  write: (buffer: Buffer, value: Value, offset: number) => void,
): (values: readonly Value[]) => Buffer {
  return (values) => {
    const buffer = Buffer.allocUnsafe(HEADER_BYTES + values.length * (LENGTH_BYTES + width));
    writeHeader(buffer, oid, values.length);
    if (values.length === 0) return buffer.subarray(0, EMPTY_BYTES);
    let offset = HEADER_BYTES;
    for (const value of values) {
      buffer.writeInt32BE(width, offset);
      write(buffer, value, offset + LENGTH_BYTES);
      offset += LENGTH_BYTES + width;
    }
    return buffer;
  };
}

/** Exact up to 2^53, as numbers are. */
function writeInt64(buffer: Buffer, value: number, offset: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), offset);
  // The low half as an unsigned number: >>> takes a value modulo 2^32.
  buffer.writeUInt32BE(value >>> 0, offset + 4);
}

function writeTimestamp(buffer: Buffer, epochMs: number, offset: number): void {
  const microseconds = (epochMs - POSTGRES_EPOCH_MS) * 1_000;
  if (Number.isSafeInteger(microseconds)) writeInt64(buffer, microseconds, offset);
  else buffer.writeBigInt64BE(BigInt(epochMs - POSTGRES_EPOCH_MS) * 1_000n, offset);
}

/** Value of each hexadecimal digit by its character code. */
const digits = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) {
  digits[digit.toString(16).charCodeAt(0)] = digit;
  digits[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}
/** Where the bytes of a UUID stand in its text. */
const uuidDigits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** Three times as fast as taking the dashes out and writing the rest as hexadecimal. */
function writeUuid(buffer: Buffer, uuid: string, offset: number): void {
  let at = offset;
  for (const index of uuidDigits) {
    buffer[at++] = ((digits[uuid.charCodeAt(index)] ?? 0) << 4) | (digits[uuid.charCodeAt(index + 1)] ?? 0);
  }
}

function strings(oid: number): (values: readonly string[]) => Buffer {
  return (values) => {
    // UTF-8 takes at most three bytes for a UTF-16 code unit; memory that is not written to costs nothing.
    let size = HEADER_BYTES;
    for (const value of values) size += LENGTH_BYTES + value.length * 3;
    const buffer = Buffer.allocUnsafe(size);
    writeHeader(buffer, oid, values.length);
    if (values.length === 0) return buffer.subarray(0, EMPTY_BYTES);
    let offset = HEADER_BYTES;
    for (const value of values) {
      const written = buffer.write(value, offset + LENGTH_BYTES);
      buffer.writeInt32BE(written, offset);
      offset += LENGTH_BYTES + written;
    }
    return buffer.subarray(0, offset);
  };
}

export const textArray = strings(oids.text);
export const jsonArray = strings(oids.json);
export const uuidArray = fixedWidth<string>(oids.uuid, 16, writeUuid);
export const timestampArray = fixedWidth<number>(oids.timestamptz, 8, writeTimestamp);
export const bigintArray = fixedWidth<number>(oids.bigint, 8, writeInt64);
export const integerArray = fixedWidth<number>(oids.integer, 4, (buffer, value, offset) =>
  buffer.writeInt32BE(value, offset),
);
export const booleanArray = fixedWidth<boolean>(oids.bool, 1, (buffer, value, offset) =>
  buffer.writeUInt8(value ? 1 : 0, offset),
);

export function byteaArray(values: readonly Uint8Array[]): Buffer {
  let size = HEADER_BYTES;
  for (const value of values) size += LENGTH_BYTES + value.length;
  const buffer = Buffer.allocUnsafe(size);
  writeHeader(buffer, oids.bytea, values.length);
  if (values.length === 0) return buffer.subarray(0, EMPTY_BYTES);
  let offset = HEADER_BYTES;
  for (const value of values) {
    buffer.writeInt32BE(value.length, offset);
    buffer.set(value, offset + LENGTH_BYTES);
    offset += LENGTH_BYTES + value.length;
  }
  return buffer;
}
