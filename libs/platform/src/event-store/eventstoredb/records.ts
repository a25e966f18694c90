import type { EventMeta, Position, RecordedEvent } from '#kernel';
import type { EventData, JSONType, RecordedEvent as StoredEvent } from '@eventstore/db-client';
import { createHash } from 'node:crypto';
import { StoreGuardError } from '../event-store.port.js';
import type { PreparedEvent } from '../prepared-request.js';

/** What is written: JSON, or the text of a link. */
export type Written = EventData;

/** An event of an append stream, beside its data. */
export interface AppendedMeta {
  /** The claim that this makes good. */
  readonly claim: string;
  readonly stream: string;
  readonly version: number;
  /** Place in its append. */
  readonly index: number;
  readonly schemaVersion: number;
  readonly key: string;
  readonly occurredAt: number;
  readonly meta: EventMeta;
  /** Of the first event only. */
  readonly append?: AppendHeader;
  /** No event of Safar: a stream is closed without one. */
  readonly marker?: 'closed';
}

/** What was asked for, and its result, for those who ask again. */
export interface AppendHeader {
  /** Hexadecimal. */
  readonly hash: string;
  readonly versions: readonly number[];
  /** Indexes of the first and the last event that are no markers; -1 when all are. */
  readonly first: number;
  readonly last: number;
}

/** Beside a link: what its append does to the stream, once it is there. */
export interface LinkMeta {
  readonly claim: string;
  /** Revision of the append stream that the append expects; -1 for none. */
  readonly expects: number;
  /** Version of the stream before the append, and after it. */
  readonly before: number;
  readonly after: number;
  readonly closes: boolean;
}

export const LINK_TYPE = '$>';
const CLOSED_TYPE = 'safar.stream-closed';
const GIVEN_UP_TYPE = 'safar.append-given-up';
/** What the server sends where it does not know a position. */
const NO_POSITION = 2n ** 64n - 1n;

/** A UUID made from what it stands for: writing the same again is known as the same. */
export function idOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('|')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function eventRecord(
  event: PreparedEvent,
  place: Omit<AppendedMeta, 'schemaVersion' | 'key' | 'occurredAt' | 'meta'>,
): Written {
  const { id, type, schemaVersion, key, occurredAt } = event;
  const meta = JSON.parse(event.meta) as EventMeta;
  return json(id, type, JSON.parse(event.data), { ...place, schemaVersion, key, occurredAt, meta });
}

export const closedRecord = (
  id: string,
  place: Omit<AppendedMeta, 'schemaVersion' | 'key' | 'occurredAt' | 'meta' | 'marker'>,
): Written => json(id, CLOSED_TYPE, {}, { ...place, marker: 'closed' });

/** Ends a claim that was not made good: who claimed can append no more at that revision. */
export const givenUpRecord = (id: string): Written => json(id, GIVEN_UP_TYPE, {}, { marker: 'given-up' });

export const linkRecord = (
  id: string,
  target: { readonly revision: number; readonly stream: string },
  meta: LinkMeta,
): Written => ({
  id,
  type: LINK_TYPE,
  contentType: 'application/octet-stream',
  data: new Uint8Array(Buffer.from(`${String(target.revision)}@${target.stream}`, 'utf8')),
  metadata: { ...meta },
});

export const json = (
  id: string,
  type: string,
  data: unknown,
  metadata: Readonly<Record<string, unknown>>,
): Written => ({
  id,
  type,
  contentType: 'application/json',
  // The client's type leaves out what JSON can be besides objects, lists and text.
  data: data as JSONType,
  metadata,
});

/** Stream that a link points to. */
export function targetOf(link: StoredEvent): string {
  const text = Buffer.from(link.data as Uint8Array).toString('utf8');
  return text.slice(text.indexOf('@') + 1);
}

const metadataOf = ({ metadata }: StoredEvent): unknown => metadata;

export const linkMetaOf = (link: StoredEvent): LinkMeta => metadataOf(link) as LinkMeta;

/** What stands beside an event of an append stream; undefined for the mark of an append that was given up. */
export function appendedMetaOf(stored: StoredEvent): AppendedMeta | undefined {
  const meta = metadataOf(stored) as Partial<AppendedMeta> | undefined;
  return meta?.claim === undefined ? undefined : (meta as AppendedMeta);
}

/** @throws StoreGuardError when the server does not tell it, or not in the way of what Safar writes. */
export function positionOf({ position, streamId }: StoredEvent): Position {
  if (!position || position.commit === NO_POSITION)
    throw new StoreGuardError(
      'The server does not tell the positions of events in a stream.',
      'Use EventStoreDB 22.6 or newer.',
    );
  if (position.commit !== position.prepare)
    throw new StoreGuardError(
      `An event of ${streamId} was written in a transaction of the old protocol.`,
      'Let nothing but Safar write to its streams.',
    );
  return position.commit;
}

/** The event as Safar knows it; `recordedAt` is that of the first event of its append. */
export function recordedEvent(stored: StoredEvent, meta: AppendedMeta, recordedAt: number): RecordedEvent {
  const { stream, version, schemaVersion, key, occurredAt } = meta;
  return {
    ...{ id: stored.id, type: stored.type, schemaVersion, key, occurredAt, data: stored.data, meta: meta.meta },
    ...{ stream, version, position: positionOf(stored), recordedAt },
  };
}
