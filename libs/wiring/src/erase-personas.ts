import { type PersonaErasedData } from '#contracts';
import { type Clock, type EpochMs, type EventMeta, type NewEvent, type Position } from '#kernel';
import { type AppendToStore } from '#platform/event-store';
import { type KeyErased } from '#platform/projections';
import { type PersonaKeyRef, type Vault } from '#platform/vault';

export interface ErasePorts {
  readonly store: AppendToStore;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Sees to it that no build of a read model keeps rows of the persona, also builds that nobody feeds. */
  readonly eraseFromReadModels: (erased: KeyErased) => Promise<void>;
  /** Sees to it that no quarantined message names the persona. @returns how many did */
  readonly eraseFromQuarantine: (personaId: string) => Promise<number>;
  /** Sees to it that no file is kept that was sealed with the key. @returns how many were */
  readonly eraseFromAttachments: (key: PersonaKeyRef) => Promise<number>;
}

export interface Erased {
  readonly personaId: string;
  readonly erasedAt: EpochMs;
  /** Of `persona.erased`. */
  readonly position: Position;
}

/** The request that asked for it; there is none when a crash is cleaned up after. */
export interface Cause {
  readonly correlationId?: string;
  readonly trace?: Pick<EventMeta, 'traceparent' | 'tracestate'>;
}

type Reason = PersonaErasedData['reason'];

/** A stream belongs to one incarnation: erasing closes it, and the next incarnation begins another. */
export const streamOf = ({ personaId, incarnation }: PersonaKeyRef): string =>
  incarnation === 1 ? `persona-${personaId}` : `persona-${personaId}-${String(incarnation)}`;

const UUID_LENGTH = 36;

/** The incarnation that a persona's stream belongs to: `streamOf` backwards. */
export const incarnationOf = (stream: string): number =>
  Number(stream.slice('persona-'.length + UUID_LENGTH + 1) || '1');

/**
 * Destroys the personas' keys, then closes their streams with `persona.erased`. Of a persona without a key nothing is said: it was
 * erased before, or never seen.
 */
export async function erasePersonas(
  ports: ErasePorts,
  personaIds: readonly string[],
  reason: Reason,
  cause: Cause = {},
): Promise<readonly Erased[]> {
  await ports.vault.destroy(personaIds);
  return completeErasures(ports, reason, personaIds, cause);
}

/**
 * Tells the log of every erasure that was begun: of these personas, or of all (at start, after a crash). The key is destroyed
 * first, so what a crash leaves is an erasure that the log does not tell of yet. Doing it twice, or in two processes, is harmless.
 */
export async function completeErasures(
  ports: ErasePorts,
  reason: Reason = 'other',
  personaIds?: readonly string[],
  cause: Cause = {},
): Promise<readonly Erased[]> {
  const pending = await ports.vault.pendingErasures(personaIds);
  const erased: Erased[] = [];
  for (const key of pending) {
    const done = await close(ports, key, reason, cause);
    // Before it counts as completed: a crash in between must not leave an old build, the quarantine or files, with
    // what nobody comes back for.
    await ports.eraseFromReadModels({ key: key.personaId, position: done.position });
    await ports.eraseFromQuarantine(key.personaId);
    await ports.eraseFromAttachments(key);
    erased.push(done);
    await ports.vault.completeErasures([key]);
  }
  return erased;
}

async function close(
  { store, vault, clock }: ErasePorts,
  key: PersonaKeyRef,
  reason: Reason,
  { correlationId, trace }: Cause,
): Promise<Erased> {
  const stream = streamOf(key);
  const id = vault.uuid('erasure', stream);
  const event: NewEvent<'persona.erased', PersonaErasedData> = {
    id,
    type: 'persona.erased',
    schemaVersion: 1,
    key: key.personaId,
    occurredAt: clock.now(),
    data: { reason },
    meta: { source: '/safar', correlationId: correlationId ?? id, causationId: id, ...trace },
  };
  const outcome = await store.append({
    appendId: id,
    requestHash: vault.digest('erasure', stream),
    streams: [{ stream, expect: 'any', close: true, events: [event] }],
  });
  if (outcome.status !== 'appended' && outcome.status !== 'repeated')
    throw new Error(`the erasure of ${stream} could not be recorded: ${outcome.status}`);
  return { personaId: key.personaId, erasedAt: outcome.recordedAt, position: outcome.lastPosition };
}
