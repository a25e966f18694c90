import type { ColumnType } from '#kernel';
import type { Wire } from './row-codec.js';

/**
 * Array parameters in PostgreSQL's binary format (array_send in its sources): nothing is escaped here and nothing is parsed
 * from text there. node-postgres sends a Buffer as a binary parameter. Big-endian: dimensions, has-nulls, element type,
 * length, lower bound; then each element's length (−1 for NULL) and bytes. Takes one place of many rows, so that no column
 * has to be copied out first.
 */
export function binaryArray(type: ColumnType, rows: readonly (readonly Wire[])[], place: number): Buffer {
  const { oid, bytesOf, write } = formats[type];
  let size = HEADER_BYTES;
  let nulls = 0;
  for (const row of rows) {
    const value = row[place] ?? null;
    size += LENGTH_BYTES;
    if (value === null) nulls++;
    else size += bytesOf(value);
  }
  const buffer = Buffer.allocUnsafe(size);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(nulls > 0 ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(rows.length, 12);
  buffer.writeInt32BE(1, 16);
  let offset = HEADER_BYTES;
  for (const row of rows) {
    const value = row[place] ?? null;
    const written = value === null ? -1 : write(buffer, value, offset + LENGTH_BYTES);
    buffer.writeInt32BE(written, offset);
    offset += LENGTH_BYTES + Math.max(written, 0);
  }
  return buffer.subarray(0, offset);
}

/** The type to name in the statement; a `numeric` travels as text and is cast there, its binary form is not worth the code. */
export const arrayType: Readonly<Record<ColumnType, string>> = {
  uuid: 'uuid[]',
  text: 'text[]',
  bigint: 'bigint[]',
  integer: 'integer[]',
  boolean: 'boolean[]',
  numeric: 'text[]',
  timestamp: 'timestamptz[]',
  jsonb: 'jsonb[]',
  json: 'json[]',
};

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
/** Unix milliseconds of 2000-01-01, where PostgreSQL counts from. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

interface Format {
  readonly oid: number;
  /** At most as many bytes as `write` will need. */
  readonly bytesOf: (value: Wire) => number;
  /** Writes the element and answers its length. */
  readonly write: (buffer: Buffer, value: Wire, offset: number) => number;
}

const fixed = (bytes: number) => (): number => bytes;
/** UTF-8 takes at most three bytes for a UTF-16 code unit; memory that is not written to costs nothing. */
const utf8Bytes = (value: Wire): number => String(value).length * 3;
const writeText = (buffer: Buffer, value: Wire, offset: number): number => buffer.write(String(value), offset);
const writeInt64 = (buffer: Buffer, value: bigint, offset: number): number => {
  buffer.writeBigInt64BE(value, offset);
  return 8;
};

const TWO_TO_32 = 2 ** 32;

/** Microseconds, 64 bits. In two halves while they are exact as a number: nine times the speed of BigInt. */
function writeTimestamp(buffer: Buffer, unixMs: number, offset: number): number {
  const micros = (unixMs - POSTGRES_EPOCH_MS) * 1000;
  if (!Number.isSafeInteger(micros)) return writeInt64(buffer, BigInt(unixMs - POSTGRES_EPOCH_MS) * 1000n, offset);
  const high = Math.floor(micros / TWO_TO_32);
  buffer.writeInt32BE(high, offset);
  buffer.writeUInt32BE(micros - high * TWO_TO_32, offset + 4);
  return 8;
}

/** Value of a hexadecimal digit by its character code; a dash stands for nothing. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/** 16 bytes of a UUID in its usual form, which `encodeRow` has seen to. */
function writeUuid(buffer: Buffer, uuid: string, offset: number): number {
  let at = offset;
  for (let i = 0; i < 36; i += 2) {
    if (uuid.charCodeAt(i) === 45) i++;
    buffer[at++] = ((DIGITS[uuid.charCodeAt(i)] ?? 0) << 4) | (DIGITS[uuid.charCodeAt(i + 1)] ?? 0);
  }
  return 16;
}

const formats: Readonly<Record<ColumnType, Format>> = {
  uuid: {
    oid: 2950,
    bytesOf: fixed(16),
    write: (buffer, value, offset) => writeUuid(buffer, String(value), offset),
  },
  text: { oid: 25, bytesOf: utf8Bytes, write: writeText },
  numeric: { oid: 25, bytesOf: utf8Bytes, write: writeText },
  json: { oid: 114, bytesOf: utf8Bytes, write: writeText },
  jsonb: {
    oid: 3802,
    bytesOf: (value) => 1 + utf8Bytes(value),
    // jsonb_recv: one byte of format version first.
    write: (buffer, value, offset) => buffer.writeInt8(1, offset) - offset + writeText(buffer, value, offset + 1),
  },
  bigint: {
    oid: 20,
    bytesOf: fixed(8),
    write: (buffer, value, offset) => writeInt64(buffer, BigInt(value ?? 0), offset),
  },
  integer: {
    oid: 23,
    bytesOf: fixed(4),
    write: (buffer, value, offset) => buffer.writeInt32BE(Number(value), offset) - offset,
  },
  boolean: {
    oid: 16,
    bytesOf: fixed(1),
    write: (buffer, value, offset) => buffer.writeInt8(value === true ? 1 : 0, offset) - offset,
  },
  timestamp: {
    oid: 1184,
    bytesOf: fixed(8),
    write: (buffer, value, offset) => writeTimestamp(buffer, Number(value), offset),
  },
};
