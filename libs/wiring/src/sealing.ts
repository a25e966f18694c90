import { mergePersonal, splitPersonal, upcast } from '#contracts';
import { type NewEvent, type RecordedEvent } from '#kernel';
import { takeTurns } from '#platform/event-loop';
import { openAll, type Open, type Opened, type PersonaKeyRef, type Seal } from '#platform/vault';

/** Data of an event as it is stored: the personal members are in the box. */
interface Stored {
  readonly sealed?: string;
}

const isStored = (data: unknown): data is Stored => typeof data === 'object' && data !== null;

/** An event before it is sealed, and the key to seal it with. */
export interface Unsealed {
  readonly key: PersonaKeyRef;
  readonly event: NewEvent;
}

/** The event with its personal members in one sealed box. */
export function sealEvent(vault: Seal, key: PersonaKeyRef, event: NewEvent): NewEvent {
  const { open, personal } = splitPersonal(event.type, event.schemaVersion, event.data);
  if (personal === undefined) return event;
  return { ...event, data: { ...open, sealed: vault.seal(key, event.id, personal) } };
}

/** `sealEvent` for many, in their order. */
export async function sealEvents(vault: Seal, unsealed: readonly Unsealed[]): Promise<readonly NewEvent[]> {
  const halves = unsealed.map(({ event }) => splitPersonal(event.type, event.schemaVersion, event.data));
  const boxes = await vault.sealAll(
    unsealed.flatMap(({ key, event }, index) => {
      const personal = halves[index]?.personal;
      return personal === undefined ? [] : [{ key, eventId: event.id, personal }];
    }),
  );
  const next = boxes[Symbol.iterator]();
  return unsealed.map(({ event }, index) => {
    const half = halves[index];
    return half?.personal === undefined ? event : { ...event, data: { ...half.open, sealed: next.next().value } };
  });
}

/** What consumers and queries read the log through: events of the current schema version, opened where that is asked for. */
export type DecodeEvents = (
  events: readonly RecordedEvent[],
  reads: 'sealed' | 'opened',
) => Promise<readonly RecordedEvent[]>;

export const createDecoder =
  (vault: Open): DecodeEvents =>
  async (events, reads) => {
    if (reads === 'sealed') return events.map(upcast);
    const boxes = events.flatMap(({ key, id, data }) => {
      const sealed = boxOf(data);
      return sealed === undefined ? [] : [{ personaId: key, eventId: id, sealed }];
    });
    const opened = (await openAll(vault, boxes))[Symbol.iterator]();
    const decoded: RecordedEvent[] = [];
    for (const event of events) {
      decoded.push(upcast(boxOf(event.data) === undefined ? event : withOpened(event, opened.next().value)));
      const turn = takeTurns();
      if (turn) await turn;
    }
    return decoded;
  };

const boxOf = (data: unknown): string | undefined => (isStored(data) ? data.sealed : undefined);

/** Of an erased persona, the event with its public members alone. */
function withOpened(event: RecordedEvent, opened: Opened | undefined): RecordedEvent {
  if (!isStored(event.data) || opened === undefined) return event;
  const { sealed, ...open } = event.data;
  return { ...event, data: opened.status === 'opened' ? mergePersonal(open, opened.personal) : open };
}
