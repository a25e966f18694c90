import { type RecordedEvent } from '#kernel';

type Data = Readonly<Record<string, unknown>>;

/**
 * Lifts the data of a version to the next one. Pure. Personal members may be missing: of an erased customer for ever, and in
 * what is read sealed. It must leave `sealed` alone; what was moved inside the sealed part is lifted when that is opened.
 */
export type Upcaster = (data: Data) => Data;

export interface Lineage {
  readonly type: string;
  /** The version that this code writes. */
  readonly version: number;
  /** By the version that each lifts to the next one. */
  readonly upcasters: Readonly<Record<number, Upcaster>>;
}

/**
 * An event was written by newer code: its type or version is not known here. Nothing that consumes events may go past it, so a
 * consumer pauses until it is upgraded.
 */
export class EventNewerThanCodeError extends Error {
  override readonly name = 'EventNewerThanCodeError';
  constructor(
    readonly type: string,
    readonly schemaVersion: number,
    readonly knownVersion: number | undefined,
  ) {
    const known = knownVersion === undefined ? 'does not know the type' : `knows up to version ${String(knownVersion)}`;
    super(`an event is ${type} version ${String(schemaVersion)}, but this code ${known}`);
  }
}

/** @throws when a version between the oldest and the current one has no upcaster. */
export function createUpcast(lineages: readonly Lineage[]): (event: RecordedEvent) => RecordedEvent {
  const byType = new Map(lineages.map((lineage) => [lineage.type, checked(lineage)]));
  return (event) => {
    const lineage = byType.get(event.type);
    if (!lineage || event.schemaVersion > lineage.version)
      throw new EventNewerThanCodeError(event.type, event.schemaVersion, lineage?.version);
    if (event.schemaVersion === lineage.version) return event;
    return { ...event, schemaVersion: lineage.version, data: lift(lineage, event) };
  };
}

function lift({ type, version, upcasters }: Lineage, event: RecordedEvent): Data {
  if (!isData(event.data)) throw new Error(`the data of event ${event.id} is not an object`);
  let data = event.data;
  for (let from = event.schemaVersion; from < version; from++) {
    const upcaster = upcasters[from];
    if (!upcaster) throw new Error(`nothing lifts ${type} version ${String(from)}`);
    data = upcaster(data);
  }
  return data;
}

function checked(lineage: Lineage): Lineage {
  const from = Object.keys(lineage.upcasters).map(Number);
  for (let version = Math.min(...from, lineage.version); version < lineage.version; version++)
    if (!lineage.upcasters[version]) throw new Error(`nothing lifts ${lineage.type} version ${String(version)}`);
  if (from.some((version) => version >= lineage.version))
    throw new Error(`${lineage.type} has an upcaster beyond its current version ${String(lineage.version)}`);
  return lineage;
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
