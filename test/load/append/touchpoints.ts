import { randomUUID } from 'node:crypto';

export type Data = Readonly<Record<string, unknown>>;

/** What anybody may read of a purchase in a web shop: about 300 bytes of JSON. Its numbers vary with `order`. */
export function openPart(order: number, personaId: string): Data {
  const quantity = 1 + (order % 12);
  const sku = `85${String(order % 1_000).padStart(3, '0')}A`;
  return {
    kind: 'purchase',
    channel: 'web',
    source: 'web-shop',
    personas: [{ id: personaId, kind: 'email' }],
    profile: { customerKind: 'individual' },
    details: { ...detailsOf(quantity, sku), paymentMethod: 'card' },
  };
}

const detailsOf = (quantity: number, sku: string): Data => ({
  amount: money(quantity * 255),
  items: [{ sku, quantity, unitPrice: money(255) }],
});

const money = (minor: number): Data => ({ amount: (minor / 100).toFixed(2), currency: 'GBP' });

/** What identifies a person in it: about 150 bytes of JSON. */
export function personalPart(order: number, personaId: string): Data {
  const number = String(order).padStart(10, '0');
  return {
    touchpointId: `order-${number}`,
    identifiers: [{ kind: 'email', value: `${personaId.slice(0, 13)}@customers.example` }],
    profile: { name: 'Mary Elizabeth Jones' },
    details: { orderId: number },
  };
}

/** The whole of it, as those store it who seal nothing. */
export function wholeOf(order: number, personaId: string): Data {
  const [open, personal] = [openPart(order, personaId), personalPart(order, personaId)];
  const both = (member: string): Data => ({ ...object(open[member]), ...object(personal[member]) });
  return { ...open, ...personal, profile: both('profile'), details: both('details') };
}

const object = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** A stream that belongs to one caller, who therefore knows its version. */
export interface OwnedStream {
  readonly personaId: string;
  version: number;
}

export const streamOf = ({ personaId }: OwnedStream): string => `persona-${personaId}`;

/** An event to append: which purchase, in which stream, after which version. */
export interface Entry {
  readonly stream: OwnedStream;
  readonly order: number;
}

/** New and known customers mix: of 3,200 streams most see several events in a measurement, as customers do. */
const STREAMS = 3_200;

/** The streams of each caller; each is written by its owner alone, in turn. */
export class Streams {
  private readonly owned: readonly (readonly OwnedStream[])[];
  private readonly turns: number[];

  constructor(callers: number) {
    const each = Math.ceil(STREAMS / callers);
    this.owned = Array.from({ length: callers }, () =>
      Array.from({ length: each }, () => ({ personaId: randomUUID(), version: 0 })),
    );
    this.turns = this.owned.map(() => 0);
  }

  get personaIds(): readonly string[] {
    return this.owned.flat().map((stream) => stream.personaId);
  }

  next(caller: number): OwnedStream {
    const streams = this.owned[caller] ?? [];
    const turn = this.turns[caller] ?? 0;
    const stream = streams[turn % streams.length];
    if (!stream) throw new RangeError(`there is no caller ${String(caller)}`);
    this.turns[caller] = turn + 1;
    return stream;
  }
}
