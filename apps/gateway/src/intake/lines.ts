import { isSpace } from '#contracts';

const LINE_FEED = 0x0a;

export interface Line {
  /** From 1, blank lines counted. */
  readonly number: number;
  /** Without the line feed; `undefined` when it was longer than it may be, and was not kept. */
  readonly bytes: Uint8Array | undefined;
}

export interface LineLimits {
  readonly lineBytes: number;
  /** Lines handed out together, at most. */
  readonly batchLines: number;
}

/** Finds the lines in what arrives piece by piece. Holds one unfinished line of bounded length, never more. */
class LineSplitter {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #number = 0;

  constructor(private readonly lineBytes: number) {}

  /** The lines that this piece finishes. */
  *take(piece: Uint8Array): Generator<Line> {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      this.#keep(piece.subarray(start, end));
      yield* this.finish();
      start = end + 1;
    }
    this.#keep(piece.subarray(start));
  }

  /** What is left without a line feed at the end. */
  *finish(): Generator<Line> {
    const bytes = this.#length > this.lineBytes ? undefined : Buffer.concat(this.#pieces, this.#length);
    this.#number += 1;
    this.#pieces = [];
    this.#length = 0;
    if (bytes === undefined || !bytes.every(isSpace)) yield { number: this.#number, bytes };
  }

  #keep(piece: Uint8Array): void {
    this.#length += piece.length;
    if (this.#length <= this.lineBytes) this.#pieces.push(piece);
    else this.#pieces = [];
  }
}

/**
 * The lines of a stream of bytes, as many together as one read brought, so that somebody who sends slowly is answered line by line and
 * somebody who sends fast is read in batches. Reads only when asked: back-pressure reaches the sender.
 */
export async function* batchesOfLines(
  source: AsyncIterable<Uint8Array>,
  limits: LineLimits,
): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(limits.lineBytes);
  let batch: Line[] = [];
  for await (const piece of source) {
    for (const line of splitter.take(piece)) {
      batch.push(line);
      if (batch.length < limits.batchLines) continue;
      yield batch;
      batch = [];
    }
    if (batch.length === 0) continue;
    yield batch;
    batch = [];
  }
  batch.push(...splitter.finish());
  if (batch.length > 0) yield batch;
}
