import { setImmediate as turn } from 'node:timers/promises';
import {
  BusGuardError,
  ReaderLostError,
  WriteUnknownError,
  type Bus,
  type BusReader,
  type BusRecord,
  type BusWriter,
  type NewBusRecord,
  type PartitionEnds,
  type RecordForm,
} from '../bus.port.js';

/**
 * What happens to a write. `lost`: it is acknowledged and nothing was written; who writes next gets its offsets. `vanished`: the
 * same, but its offsets are gone, so that no end of a partition tells. `unanswered`: it was written and its answer was lost.
 * `refused`: nothing was written, and the writer cannot know. `half`: every other partition was written.
 */
export type WriteFault = 'lost' | 'vanished' | 'unanswered' | 'refused' | 'half';

export interface MemoryBusOptions {
  readonly topics: Readonly<Record<string, number>>;
  /** Of every topic, as they are at that moment. Without any, brokers stamp records. */
  readonly settings?: () => Readonly<Record<string, string>>;
  /** Decides on each write; none is the ordinary case. */
  readonly onWrite?: () => WriteFault | undefined;
}

export interface MemoryBus extends Bus {
  /** The partitions as they are. */
  readonly log: (topic: string) => readonly (readonly BusRecord[])[];
  /** Every open reader is lost, as when the connection breaks. */
  loseReaders(): void;
  /** Forgets the oldest records of a partition, as retention does. */
  forget(topic: string, partition: number, before: bigint): void;
}

interface Partition {
  readonly records: BusRecord[];
  next: bigint;
}

/** A bus in memory, with faults: for tests and simulations. */
export function openMemoryBus({ topics, settings, onWrite }: MemoryBusOptions): MemoryBus {
  const logs = new Map(
    Object.entries(topics).map(([name, count]) => [
      name,
      Array.from({ length: count }, (): Partition => newPartition()),
    ]),
  );
  const readers = new Set<MemoryReader>();
  const partitionsOf = (topic: string): readonly Partition[] => {
    const partitions = logs.get(topic);
    if (!partitions) throw new BusGuardError(`there is no topic ${topic}.`, 'Make it first.');
    return partitions;
  };
  return {
    ends: async (topic) => {
      await turn();
      return new Map(partitionsOf(topic).map((partition, index) => [index, endsOf(partition)]));
    },
    settings: async (topic, names) => {
      await turn();
      partitionsOf(topic);
      return new Map(Object.entries(settings?.() ?? {}).filter(([name]) => names.includes(name)));
    },
    openWriter: async (topic) => {
      await turn();
      return new MemoryWriter(partitionsOf(topic), onWrite ?? (() => undefined), () => {
        for (const reader of readers) reader.arrived();
      });
    },
    openReader: async (topic, from, form = 'own') => {
      await turn();
      const reader = new MemoryReader(partitionsOf(topic), { next: new Map(from), form }, () => readers.delete(reader));
      readers.add(reader);
      return reader;
    },
    close: () => Promise.resolve(),
    log: (topic) => partitionsOf(topic).map(({ records }) => records),
    loseReaders: () => {
      for (const reader of readers) reader.lose();
    },
    forget: (topic, index, before) => {
      const { records } = partitionsOf(topic)[index] ?? newPartition();
      records.splice(0, records.filter(({ offset }) => offset < before).length);
    },
  };
}

const newPartition = (): Partition => ({ records: [], next: 0n });

const endsOf = ({ records, next }: Partition): PartitionEnds => ({ first: records[0]?.offset ?? next, next });

class MemoryWriter implements BusWriter {
  #broken = false;
  #writing = false;

  constructor(
    private readonly partitions: readonly Partition[],
    private readonly fault: () => WriteFault | undefined,
    private readonly arrived: () => void,
  ) {}

  async write(records: readonly NewBusRecord[]): Promise<ReadonlyMap<number, bigint>> {
    if (this.#writing) throw new Error('one write is in flight already');
    if (this.#broken) throw new WriteUnknownError('this writer has failed before');
    this.#writing = true;
    await turn();
    this.#writing = false;
    const fault = this.fault();
    const ends = this.#store(records, fault);
    this.arrived();
    if (fault === undefined || fault === 'lost' || fault === 'vanished') return ends;
    this.#broken = true;
    throw new WriteUnknownError('the answer was lost');
  }

  #store(records: readonly NewBusRecord[], fault: WriteFault | undefined): ReadonlyMap<number, bigint> {
    const ends = new Map<number, bigint>();
    for (const record of records) {
      const partition = this.partitions[record.partition];
      if (!partition) throw new WriteUnknownError(`there is no partition ${String(record.partition)}`);
      const offset = ends.get(record.partition) ?? partition.next;
      const isThere = isWritten(fault, record.partition);
      if (isThere) partition.records.push({ ...record, offset });
      ends.set(record.partition, offset + 1n);
      if (isThere || fault === 'vanished') partition.next = offset + 1n;
    }
    return ends;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const isWritten = (fault: WriteFault | undefined, partition: number): boolean =>
  fault === undefined || fault === 'unanswered' || (fault === 'half' && partition % 2 === 0);

const asForeign = ({ value, bytes, ...record }: BusRecord): BusRecord => ({
  ...{ writtenAt: Date.now(), ...record },
  value: '',
  bytes: bytes ?? Buffer.from(value),
});

class MemoryReader implements BusReader {
  #lost = false;
  #listener = (): void => undefined;

  constructor(
    private readonly partitions: readonly Partition[],
    private readonly reading: { readonly next: Map<number, bigint>; readonly form: RecordForm },
    private readonly closed: () => void,
  ) {}

  take(partition: number, limit: number): readonly BusRecord[] {
    if (this.#lost) throw new ReaderLostError('the connection to the bus broke');
    const from = this.reading.next.get(partition);
    if (from === undefined) throw new Error(`partition ${String(partition)} is not read`);
    const records = this.partitions[partition]?.records ?? [];
    const first = records.findIndex(({ offset }) => offset >= from);
    const taken = first === -1 ? [] : records.slice(first, first + limit);
    const last = taken.at(-1);
    if (last) this.reading.next.set(partition, last.offset + 1n);
    return this.reading.form === 'own' ? taken : taken.map(asForeign);
  }

  onArrived(listener: () => void): void {
    this.#listener = listener;
  }

  arrived(): void {
    this.#listener();
  }

  lose(): void {
    this.#lost = true;
    this.#listener();
  }

  close(): Promise<void> {
    this.closed();
    return Promise.resolve();
  }
}
