/** What kafkajs reads bytes with; it is not declared there. See raw-headers.ts. */
declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readonly buffer: Buffer;
    readonly offset: number;
    readVarInt(): number;
    readVarIntArray(read: (decoder: Decoder) => unknown): unknown;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';
  export default function decodeRecord(
    decoder: Decoder,
    context: { readonly firstOffset: string; readonly firstTimestamp: string },
  ): { readonly offset: string; readonly value: Buffer | null; readonly headers: unknown };
}
