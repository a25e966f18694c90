import { type AcceptContext, acceptTouchpoint, type AcceptedTouchpoint } from '#capabilities';
import { parseTouchpoint, type ParseOptions, type TouchpointResult } from '#contracts';
import { type EpochMs, type NewEvent } from '#kernel';
import { takeTurns } from '#platform/event-loop';
import { type AppendOutcome } from '#platform/event-store';
import { ErasurePendingError, type PersonaKeyRef } from '#platform/vault';
import { attachmentsIn } from './attachments/attachments-in.js';
import { completeErasures, streamOf, type ErasePorts } from './erase-personas.js';
import { sealEvent, sealEvents } from './sealing.js';

/** On whose behalf touchpoints are stored, and how they are read. The ids become part of the events' metadata. */
export interface RecordingContext extends ParseOptions, Pick<AcceptContext, 'trace'> {
  readonly correlationId: string;
  readonly causationId: string;
  /** Of single touchpoints, by their index; each counts before `trace`, which is that of the request. */
  readonly traces?: readonly (AcceptContext['trace'] | undefined)[];
  /** All or nothing: when one of them is refused, the others are answered with `not_stored`. */
  readonly strict?: boolean;
  /**
   * For what was received long ago: whether it is still there to be stored. Asked whenever keys were taken, before anything is stored under
   * them, with the personas that they name. A persona has its next key only when what came before its erasure is gone: what is still there
   * then belongs under that key.
   */
  readonly stillThere?: (personaIds: readonly string[]) => Promise<boolean>;
}

export type RecordTouchpointsInto = (
  values: readonly unknown[],
  context: RecordingContext,
) => Promise<readonly TouchpointResult[]>;

export interface RecorderPorts extends ErasePorts {
  /** Country that national phone numbers belong to, ISO 3166-1 alpha-2. */
  readonly defaultRegion: string;
  /** Makes uploads a persona's own; those that cannot be are left as they are. */
  readonly bindAttachments: (key: PersonaKeyRef, ids: readonly string[]) => Promise<unknown>;
}

/** A persona can be erased once between making a key and appending, or twice; a third time is not chance. */
const TRIES = 3;

/**
 * The way of a touchpoint into the store: read, decided upon, sealed, appended. Every value gets an answer, and a bad one never
 * rejects its neighbours. Touchpoints of one call go to the store together.
 */
export const createRecorder =
  (ports: RecorderPorts): RecordTouchpointsInto =>
  async (values, context) => {
    const decisions: Decided[] = [];
    const accepting = { ...context, uuid: ports.vault.uuid, defaultRegion: ports.defaultRegion };
    for (const [index, value] of values.entries()) {
      // Checking a touchpoint takes 10 µs, a refused one 0.2 ms, one that is made to hurt 5 ms. Nobody waits for what is not there.
      const turn = takeTurns();
      if (turn) await turn;
      decisions.push(decide(value, ports.clock.now(), withTrace(accepting, index)));
    }
    if (context.strict === true) {
      const judged = withoutReuses(decisions);
      if (judged.some((decision) => 'refused' in decision)) return judged.map(withoutStoring);
    }
    const keys = await keysFor(ports, [...ownersOf(decisions)]);
    const { stillThere } = context;
    if (stillThere && !(await stillThere(decisions.flatMap(personasOf)))) return decisions.map(withoutStoring);
    const sealed = await sealedBatch(ports, decisions, keys);
    return Promise.all(
      decisions.map((decision, index) =>
        'refused' in decision
          ? decision.refused
          : store(ports, decision.accepted, { keys, sealed: sealed?.[index], stillThere }),
      ),
    );
  };

const personasOf = (decision: Decided): readonly string[] =>
  'refused' in decision ? [] : decision.accepted.event.data.personas.map(({ id }) => id);

function ownersOf(decisions: readonly Decided[]): ReadonlySet<string> {
  const owners = new Set<string>();
  for (const decision of decisions) if (!('refused' in decision)) owners.add(decision.accepted.event.key);
  return owners;
}

/** Events of one or a few are sealed when they are stored; many go together to where there is a core for them. */
const FEWEST_SEALED_TOGETHER = 32;

async function sealedBatch(
  { vault }: RecorderPorts,
  decisions: readonly Decided[],
  keys: ReadonlyMap<string, PersonaKeyRef>,
): Promise<readonly (SealedEvent | undefined)[] | undefined> {
  if (decisions.length < FEWEST_SEALED_TOGETHER) return undefined;
  const unsealed = decisions.map((decision) => {
    const key = 'refused' in decision ? undefined : keys.get(decision.accepted.event.key);
    return 'refused' in decision || !key ? undefined : { key, event: decision.accepted.event };
  });
  const events = (
    await sealEvents(
      vault,
      unsealed.filter((one) => one !== undefined),
    )
  )[Symbol.iterator]();
  return unsealed.map((one) => one && { key: one.key, event: events.next().value ?? one.event });
}

/** An event that is ready for the store, and the key that it was sealed with. */
interface SealedEvent {
  readonly key: PersonaKeyRef;
  readonly event: NewEvent;
}

/** What was prepared for all touchpoints of a call. */
interface Prepared {
  readonly keys: ReadonlyMap<string, PersonaKeyRef>;
  readonly sealed: SealedEvent | undefined;
  readonly stillThere: RecordingContext['stillThere'];
}

/** What touchpoints of a call are read and accepted with: the same for all of them, unless one says itself in which trace it began. */
type Accepting = RecordingContext & Pick<AcceptContext, 'uuid' | 'defaultRegion'>;

function withTrace(context: Accepting, index: number): Accepting {
  const own = context.traces?.[index];
  return own === undefined ? context : { ...context, trace: own };
}

type Decided = { readonly refused: TouchpointResult } | { readonly accepted: AcceptedTouchpoint };

/**
 * That an id was used before for something else is known only to the store, and only in the end; within one request it is seen before
 * anything is stored.
 */
function withoutReuses(decisions: readonly Decided[]): readonly Decided[] {
  const texts = new Map<string, string>();
  return decisions.map((decision): Decided => {
    if ('refused' in decision) return decision;
    const { event, canonical, touchpointId } = decision.accepted;
    const before = texts.get(event.id) ?? canonical;
    texts.set(event.id, before);
    return before === canonical ? decision : { refused: idReused(touchpointId) };
  });
}

const withoutStoring = (decision: Decided): TouchpointResult =>
  'refused' in decision ? decision.refused : notStored(decision.accepted.touchpointId);

const notStored = (id: string): TouchpointResult => ({ status: 'refused', id, code: 'not_stored', errors: [] });

function decide(value: unknown, now: EpochMs, context: Accepting): Decided {
  const parsed = parseTouchpoint(value, now, context);
  if (!parsed.ok) return { refused: { status: 'refused', ...idOf(value), code: 'invalid', errors: parsed.reason } };
  const accepted = acceptTouchpoint(parsed.value, context);
  if (!accepted.ok) return { refused: { status: 'refused', ...idOf(value), code: 'invalid', errors: accepted.reason } };
  return { accepted: accepted.value };
}

/** The caller's own id helps to find the refused one; anything longer than an id is not echoed. */
function idOf(value: unknown): { id?: string } {
  if (typeof value !== 'object' || value === null || !('id' in value)) return {};
  const { id } = value;
  return typeof id === 'string' && id.length <= 128 ? { id } : {};
}

async function store(
  ports: RecorderPorts,
  touchpoint: AcceptedTouchpoint,
  { keys, sealed, stillThere }: Prepared,
): Promise<TouchpointResult> {
  const { event, canonical, touchpointId } = touchpoint;
  let key = keys.get(event.key);
  for (let tries = 0; tries < TRIES; tries++) {
    if (!key) {
      key = (await keysFor(ports, [event.key])).get(event.key);
      if (stillThere && !(await stillThere(event.data.personas.map(({ id }) => id)))) return notStored(touchpointId);
    }
    if (!key) throw new Error(`the vault has no key for persona ${event.key}`);
    // Before it is stored: nothing stored refers to what goes. One that is not there is shown as missing, and loses nobody the message.
    const uploads = attachmentsIn(event.data.details);
    if (uploads.length > 0) await ports.bindAttachments(key, uploads);
    const ready = sealed?.key === key ? sealed.event : sealEvent(ports.vault, key, event);
    const outcome = await ports.store.append({
      appendId: event.id,
      requestHash: ports.vault.digest('touchpoint', canonical),
      streams: [{ stream: streamOf(key), expect: 'any', events: [ready] }],
    });
    if (outcome.status !== 'closed') return resultOf(outcome, event, touchpointId);
    // Erased a moment ago: the next incarnation has a key and a stream of its own.
    ports.vault.forget(event.key);
    key = undefined;
  }
  throw new Error(`persona ${event.key} was erased ${String(TRIES)} times while a touchpoint of it was stored`);
}

/** A persona whose erasure is under way gets its next key when the log tells of the erasure: a crash must not leave it waiting. */
async function keysFor(
  ports: RecorderPorts,
  personaIds: readonly string[],
): Promise<ReadonlyMap<string, PersonaKeyRef>> {
  for (let tries = 1; ; tries++) {
    try {
      return await ports.vault.currentKeys(personaIds);
    } catch (error) {
      if (!(error instanceof ErasurePendingError) || tries === TRIES) throw error;
      await completeErasures(ports, 'other', personaIds);
    }
  }
}

function resultOf(
  outcome: Exclude<AppendOutcome, { status: 'closed' }>,
  event: AcceptedTouchpoint['event'],
  id: string,
): TouchpointResult {
  switch (outcome.status) {
    case 'appended':
    case 'repeated':
      return {
        status: outcome.status === 'appended' ? 'accepted' : 'duplicate',
        id,
        eventId: event.id,
        customerId: event.key,
        position: outcome.firstPosition.toString(),
      };
    case 'id-reused':
      return idReused(id);
    case 'conflict':
      throw new Error(`the store refused an append that expects nothing of ${outcome.stream}`);
  }
}

const idReused = (id: string): TouchpointResult => ({
  status: 'refused',
  id,
  code: 'id_reused',
  errors: [{ pointer: '/id', code: 'id_reused', detail: 'This source sent another touchpoint with this id before.' }],
});
