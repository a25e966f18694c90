import { isAscii } from 'node:buffer';
import Decoder from 'kafkajs/src/protocol/decoder.js';

/**
 * The headers of a record as they came, read when somebody wants them and in one pass.
 *
 * kafkajs 2.2.4 makes a name and a buffer of each header and then copies the object of all headers once for each of them: with the
 * seventeen of an event that, and collecting what it leaves behind, was a third of what a projector spent. Where it reads the list it
 * folds it as well, which is what `reduce` stands in for; a kafkajs that did otherwise would give its own objects, slowly.
 */
export class RawHeaders {
  constructor(
    private readonly buffer: Buffer,
    private readonly start: number,
    private readonly count: number,
  ) {}

  get bytes(): number {
    return this.buffer.length - this.start;
  }

  /** For kafkajs, which has nothing to fold. */
  reduce(): this {
    return this;
  }

  /** By name; of several with one name the first. */
  toTexts(): Record<string, string> {
    const { buffer, start, count } = this;
    const bytes = buffer.subarray(start);
    // One text for all of them, of which a part costs next to nothing: a character for each byte, so that places are the same.
    const text = bytes.toString('latin1');
    const isPlain = isAscii(bytes);
    const part = (from: number, to: number): string =>
      isPlain ? text.slice(from, to) : bytes.toString('utf8', from, to);
    const texts: Record<string, string> = {};
    const place = { at: 0 };
    for (let index = 0; index < count && place.at < bytes.length; index++) {
      const nameEnd = lengthAt(bytes, place) + place.at;
      const usual = usualNames[index] ?? '';
      const isUsual = usual.length === nameEnd - place.at && text.startsWith(usual, place.at);
      const name = isUsual ? usual : part(place.at, nameEnd);
      if (!isUsual && index < MOST_NAMES) usualNames[index] = name;
      place.at = nameEnd;
      const end = Math.max(0, lengthAt(bytes, place)) + place.at;
      texts[name] ??= part(place.at, end);
      place.at = end;
    }
    return texts;
  }
}

/** A varint in zigzag form. */
function lengthAt(bytes: Uint8Array, place: { at: number }): number {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[place.at++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
}

/** Those of the last record, by their place: records of a topic are alike, and a name that is known need not be made again. */
const usualNames: string[] = [];
const MOST_NAMES = 32;

/** The last thing in a record, and the only list in it. */
Decoder.prototype.readVarIntArray = function (this: Decoder): RawHeaders {
  const count = this.readVarInt();
  return new RawHeaders(this.buffer, this.offset, Math.max(0, count));
};
