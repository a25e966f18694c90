import { customerErasures, customerIdentifiers, customers, timeline, type OpenTimeline } from '#capabilities';
import { mergePersonal, splitPersonal, type CustomerEvent, type TouchpointEvent } from '#contracts';
import { type Position, type Projection, type RecordedEvent } from '#kernel';
import { type DecodeEvents, type EventSource } from '#platform/consumers';
import { eventStoreMigrations } from '#platform/event-store';
import { createPool } from '#platform/postgres';
import { createMovedHub, projectionsMigrations, startProjections } from '#platform/projections';
import { createReadModels, type ReadModelsService } from '#platform/read-store';
import { testDatabase, type TestDatabase } from '#testing';

/** As in an old installation: a 32-bit number is long used up. */
export const FIRST_POSITION = 2n ** 31n;

const models: readonly Projection[] = [customers, customerIdentifiers, customerErasures, timeline];

/** A history as a test tells it; the log gives positions, versions and the time of recording. */
export type Told = Omit<RecordedEvent, 'position' | 'version' | 'stream' | 'recordedAt' | 'meta' | 'schemaVersion'> & {
  /** That of the customer's touchpoints, unless it is told. */
  readonly stream?: string;
};

/** The read models of customers on a real server, fed by the real engine from a log in memory. */
export interface ReadSide {
  readonly database: TestDatabase;
  readonly readModels: ReadModelsService;
  readonly opener: OpenTimeline;
  /** The last position after the append. */
  append(...events: readonly Told[]): Position;
  /** As `append`, and waits until the read models show it. */
  record(...events: readonly Told[]): Promise<Position>;
  /** What was recorded at a position. */
  recordedAt(position: Position): number;
  /** The first half of an erasure: from now on nothing of the customer can be opened. */
  destroyKey(of: number): void;
  close(): Promise<void>;
}

export async function startReadSide(): Promise<ReadSide> {
  const database = await testDatabase([...eventStoreMigrations, ...projectionsMigrations]);
  const pool = createPool({ url: database.url, max: 12, applicationName: 'read models test', pipeline: true });
  const hub = createMovedHub();
  const log = new Log();
  const erased = new Set<string>();
  const { decode, opener } = vaultOf(erased);
  const host = startProjections({ pool, source: log, decode, hub, settings: { pollMs: 20 } }, models);
  const readModels = createReadModels(pool, { hub });
  await until(async () => {
    for (const { name } of models) await readModels.appliedPosition(name);
  });
  return {
    database,
    readModels,
    opener,
    append: (...events) => log.append(events),
    record: async (...events) => {
      const position = log.append(events);
      const applied = await Promise.all(models.map(({ name }) => readModels.waitUntil(name, position, 60_000)));
      if (!applied.every(Boolean)) throw new Error(`not applied: ${JSON.stringify(host.health())}`);
      return position;
    },
    recordedAt: (position) => log.recordedAt(position),
    destroyKey: (of) => erased.add(uuid(of)),
    close: async () => {
      await host.stop();
      await readModels.close();
      await pool.end();
      await database.drop();
    },
  };
}

async function until(succeeds: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await succeeds();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const RECORDING_BEGAN = Date.UTC(2026, 5, 1);

class Log implements EventSource {
  readonly epoch = 1n;
  readonly #events: RecordedEvent[] = [];
  readonly #versions = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  append(told: readonly Told[]): Position {
    for (const event of told) {
      const index = this.#events.length;
      const { open, personal } = splitPersonal(event.type, 1, event.data);
      const stream = event.stream ?? `persona-${event.key}`;
      this.#events.push({
        ...event,
        data: personal === undefined ? open : { ...open, sealed: JSON.stringify(personal) },
        schemaVersion: 1,
        stream,
        version: this.#nextVersion(stream),
        position: FIRST_POSITION + BigInt(index),
        recordedAt: RECORDING_BEGAN + index * 1000,
        meta: { source: '/sources/test', correlationId: event.id, causationId: event.id },
      });
    }
    for (const listener of this.#listeners) listener();
    return FIRST_POSITION + BigInt(this.#events.length - 1);
  }

  #nextVersion(stream: string): number {
    const version = (this.#versions.get(stream) ?? 0) + 1;
    this.#versions.set(stream, version);
    return version;
  }

  recordedAt(position: Position): number {
    return RECORDING_BEGAN + Number(position - FIRST_POSITION) * 1000;
  }

  read(after: Position, limit: number) {
    const from = after < FIRST_POSITION ? 0 : Number(after - FIRST_POSITION) + 1;
    const events = this.#events.slice(from, from + limit);
    return Promise.resolve({ events, upTo: events.at(-1)?.position ?? after, full: events.length === limit });
  }

  eventAt(position: Position) {
    return Promise.resolve(this.#events.find((event) => event.position === position));
  }

  head() {
    return Promise.resolve(this.#events.at(-1)?.position ?? 0n);
  }

  positionAt(time: number) {
    return Promise.resolve(this.#events.findLast(({ recordedAt }) => recordedAt <= time)?.position ?? 0n);
  }

  distance(after: Position, upTo: Position) {
    return upTo > after ? Number(upTo - after) : 0;
  }

  onMoved(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

interface StoredData extends Readonly<Record<string, unknown>> {
  readonly sealed?: string;
}

/** Instead of the vault: the box is readable, and a set says whose key is gone. */
function vaultOf(erased: ReadonlySet<string>): { readonly decode: DecodeEvents; readonly opener: OpenTimeline } {
  const open = (key: string, { sealed, ...data }: StoredData) =>
    sealed === undefined || erased.has(key) ? data : mergePersonal(data, JSON.parse(sealed));
  return {
    decode: (events, reads) =>
      Promise.resolve(
        reads === 'sealed'
          ? events
          : events.map((event) => ({ ...event, data: open(event.key, event.data as StoredData) })),
      ),
    opener: {
      open: (entries) =>
        Promise.resolve(
          entries.map(({ customerId, schemaVersion, data }) => ({
            schemaVersion,
            data: open(customerId, data),
            erased: erased.has(customerId),
          })),
        ),
    },
  };
}

const noon = Date.UTC(2026, 2, 21, 12);
let events = 0;

/** A UUID that is told by a number. */
export const uuid = (number: number): string => `018f0000-0000-8000-8000-${number.toString(16).padStart(12, '0')}`;

export interface Telling {
  /** Number of the customer. */
  readonly of: number;
  readonly kind?: string;
  readonly at?: number;
  readonly channel?: TouchpointEvent['data']['channel'];
  readonly identifiers?: TouchpointEvent['data']['identifiers'];
  /** Personas of the identifiers, the customer's own first; made up where there are none. */
  readonly personas?: readonly number[];
  readonly profile?: TouchpointEvent['data']['profile'];
  readonly details?: Record<string, unknown>;
}

export function touchpoint({
  of,
  kind = 'visit',
  at = noon,
  channel = null,
  details = {},
  profile,
  ...who
}: Telling): Told {
  const { identifiers = [{ kind: 'customer_number', value: `C${String(of)}` }], personas = [of] } = who;
  events++;
  return {
    id: uuid(0x1000_0000 + events),
    type: `touchpoint.${kind.split(':')[0] ?? kind}`,
    key: uuid(of),
    occurredAt: at,
    data: {
      kind,
      channel,
      source: 'test',
      personas: identifiers.map((identifier, index) => ({
        id: uuid(personas[index] ?? 0x2000_0000 + events * 10 + index),
        kind: identifier.kind,
      })),
      touchpointId: `t${String(events)}`,
      identifiers,
      ...(profile && { profile }),
      details,
    } satisfies TouchpointEvent['data'],
  };
}

export interface Decided {
  /** Number of the customer. */
  readonly of: number;
  readonly type: string;
  readonly stream: string;
  readonly at: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export function decision({ of, type, stream, at, data }: Decided): Told {
  events++;
  return { id: uuid(0x1000_0000 + events), type, key: uuid(of), stream, occurredAt: at, data };
}

export function erasure(of: number): Told {
  events++;
  return {
    id: uuid(0x1000_0000 + events),
    type: 'persona.erased',
    key: uuid(of),
    occurredAt: noon,
    data: { reason: 'customer_request' } satisfies Extract<CustomerEvent, { type: 'persona.erased' }>['data'],
  };
}
