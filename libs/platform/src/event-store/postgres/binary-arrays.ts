const HEADER_BYTES = 20;
/** An empty array has no dimension, so nothing follows the element type. */
const EMPTY_BYTES = 12;
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

type Write<Value> = (buffer: Buffer, value: Value, offset: number) => number;

/**
 * Array parameters in PostgreSQL's binary format (array_recv in its sources): nothing is escaped here, and nothing is parsed
 * from text there. node-postgres sends a Buffer as a binary parameter. Big-endian: dimensions, has-nulls, element type,
 * length, lower bound; then each element's length and bytes.
 *
 * All arrays of a flush are written into one piece of memory that is used again for the next flush: fresh memory for each was
 * a fifth of the client's time, in the garbage collector. What a method gives is good until `reset`.
 */
export class BinaryArrays {
  #buffer = Buffer.allocUnsafeSlow(65_536);
  #used = 0;

  /** Forgets all arrays made so far. */
  reset(): void {
    this.#used = 0;
  }

  text(values: readonly string[]): Buffer {
    return this.#strings(oids.text, values);
  }

  json(values: readonly string[]): Buffer {
    return this.#strings(oids.json, values);
  }

  uuid(values: readonly string[]): Buffer {
    return this.#array(oids.uuid, values, 16 * values.length, writeUuid);
  }

  bigint(values: readonly number[]): Buffer {
    return this.#array(oids.bigint, values, 8 * values.length, writeInt64);
  }

  integer(values: readonly number[]): Buffer {
    return this.#array(oids.integer, values, 4 * values.length, writeInt32);
  }

  boolean(values: readonly boolean[]): Buffer {
    return this.#array(oids.bool, values, values.length, writeBoolean);
  }

  timestamp(values: readonly number[]): Buffer {
    return this.#array(oids.timestamptz, values, 8 * values.length, writeTimestamp);
  }

  bytea(values: readonly Uint8Array[]): Buffer {
    let bytes = 0;
    for (const value of values) bytes += value.length;
    return this.#array(oids.bytea, values, bytes, writeBytes);
  }

  #strings(oid: number, values: readonly string[]): Buffer {
    // UTF-8 takes at most three bytes for a UTF-16 code unit.
    let bytes = 0;
    for (const value of values) bytes += value.length * 3;
    return this.#array(oid, values, bytes, writeText);
  }

  #array<Value>(oid: number, values: readonly Value[], maxBytes: number, write: Write<Value>): Buffer {
    this.#makeRoom(HEADER_BYTES + LENGTH_BYTES * values.length + maxBytes);
    const buffer = this.#buffer;
    const start = this.#used;
    buffer.writeInt32BE(values.length > 0 ? 1 : 0, start);
    buffer.writeInt32BE(0, start + 4);
    buffer.writeInt32BE(oid, start + 8);
    buffer.writeInt32BE(values.length, start + 12);
    buffer.writeInt32BE(1, start + 16);
    let offset = start + (values.length > 0 ? HEADER_BYTES : EMPTY_BYTES);
    for (const value of values) {
      const written = write(buffer, value, offset + LENGTH_BYTES);
      buffer.writeInt32BE(written, offset);
      offset += LENGTH_BYTES + written;
    }
    this.#used = offset;
    return buffer.subarray(start, offset);
  }

  /** Arrays that were made before keep the memory that they are in. */
  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, bytes));
    this.#used = 0;
  }
}

const writeText: Write<string> = (buffer, value, offset) => buffer.write(value, offset);

const writeInt32: Write<number> = (buffer, value, offset) => buffer.writeInt32BE(value, offset) - offset;

const writeBoolean: Write<boolean> = (buffer, value, offset) => buffer.writeUInt8(value ? 1 : 0, offset) - offset;

const writeBytes: Write<Uint8Array> = (buffer, value, offset) => {
  buffer.set(value, offset);
  return value.length;
};

/** Exact up to 2^53, as numbers are. */
const writeInt64: Write<number> = (buffer, value, offset) => {
  buffer.writeInt32BE(Math.floor(value / TWO_TO_32), offset);
  // The low half as an unsigned number: >>> takes a value modulo 2^32.
  buffer.writeUInt32BE(value >>> 0, offset + 4);
  return 8;
};

const writeTimestamp: Write<number> = (buffer, epochMs, offset) => {
  const microseconds = (epochMs - POSTGRES_EPOCH_MS) * 1_000;
  if (Number.isSafeInteger(microseconds)) return writeInt64(buffer, microseconds, offset);
  return buffer.writeBigInt64BE(BigInt(epochMs - POSTGRES_EPOCH_MS) * 1_000n, offset) - offset;
};

/** Value of each hexadecimal digit by its character code. */
const digits = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) {
  digits[digit.toString(16).charCodeAt(0)] = digit;
  digits[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}
/** Where the bytes of a UUID stand in its text. */
const uuidDigits = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** Three times as fast as taking the dashes out and writing the rest as hexadecimal. */
const writeUuid: Write<string> = (buffer, uuid, offset) => {
  let at = offset;
  for (const index of uuidDigits)
    buffer[at++] = ((digits[uuid.charCodeAt(index)] ?? 0) << 4) | (digits[uuid.charCodeAt(index + 1)] ?? 0);
  return 16;
};
