import { type BATCH } from '../validate/touchpoints.js';

/** As the scenario `append`: new and known customers mix. */
const CUSTOMERS = 3_200;

export interface Request {
  /** Head and body. */
  readonly text: string;
  readonly events: number;
}

/** What a request needs to be let in. */
export interface Address {
  readonly port: number;
  readonly key: string;
}

/**
 * The requests of one connection. Its customers are its own, as the streams of a caller of the scenario `append`: no two appends
 * of any contestant get in each other's way.
 */
export class Requests {
  private order = 0;
  private readonly customers: number;
  private readonly head: string;

  constructor(
    { port, key }: Address,
    private readonly connection: number,
    connections: number,
    private readonly eventsPerRequest: 1 | typeof BATCH,
  ) {
    this.customers = Math.ceil(CUSTOMERS / connections);
    this.head = [
      'POST /v1/touchpoints HTTP/1.1',
      `host: 127.0.0.1:${String(port)}`,
      `authorization: Bearer ${key}`,
      'content-type: application/json',
      'content-length: ',
    ].join('\r\n');
  }

  next(): Request {
    const events = this.eventsPerRequest;
    const body =
      events === 1 ? this.touchpoint() : `[${Array.from({ length: events }, () => this.touchpoint()).join()}]`;
    // Everything in it is ASCII.
    return { text: `${this.head}${String(body.length)}\r\n\r\n${body}`, events };
  }

  /** A purchase as a web shop sends it: 440 bytes. */
  private touchpoint(): string {
    const order = String(this.order++).padStart(8, '0');
    const customer = `${String(this.connection)}-${String(Number(order) % this.customers)}`;
    return (
      `{"id":"order-${String(this.connection)}-${order}","source":"web-shop","kind":"purchase","channel":"web",` +
      `"occurredAt":"2026-03-20T10:00:00Z","identifiers":[{"kind":"email","value":"c-${customer}@customers.example"}],` +
      `"profile":{"customerKind":"individual","name":"Mary Elizabeth Jones"},"data":{"orderId":"${order}",` +
      `"amount":{"amount":"15.30","currency":"GBP"},"items":[{"sku":"85${order.slice(-3)}A","quantity":6,` +
      `"unitPrice":{"amount":"2.55","currency":"GBP"}}],"paymentMethod":"card"}}`
    );
  }
}
