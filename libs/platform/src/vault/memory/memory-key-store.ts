import { type EpochMs } from '#kernel';
import { type KeyRow, type KeyStore } from '../key-store.port.js';
import { type Erasure } from '../ledger/erasure-ledger.port.js';
import { type PersonaKeyRef } from '../vault.port.js';

interface StoredErasure extends Erasure {
  doneAt: EpochMs | undefined;
}

/** What the PostgreSQL store does, in memory: for tests. */
export class MemoryKeyStore implements KeyStore {
  /** Of each persona by incarnation; no value where the key is destroyed. Public, for tests that play a restored backup. */
  readonly keys = new Map<string, Map<number, Uint8Array | undefined>>();
  readonly destroyed = new Map<string, StoredErasure>();

  latest(personaIds: readonly string[]): Promise<readonly KeyRow[]> {
    return Promise.resolve(personaIds.flatMap((personaId) => this.#latestOf(personaId) ?? []));
  }

  ensure(keys: Parameters<KeyStore['ensure']>[0]): Promise<readonly KeyRow[]> {
    for (const { personaId, incarnation, wrappedKey } of keys) {
      const last = this.#latestOf(personaId);
      const next =
        last === undefined ? 1 : last.status === 'destroyed' && !last.pending ? last.incarnation + 1 : undefined;
      if (next === incarnation) this.#incarnationsOf(personaId).set(incarnation, wrappedKey);
    }
    return this.latest(keys.map(({ personaId }) => personaId));
  }

  live(personaIds: readonly string[]): Promise<readonly PersonaKeyRef[]> {
    const live = personaIds.flatMap((personaId) =>
      [...(this.keys.get(personaId) ?? [])]
        .filter(([, wrappedKey]) => wrappedKey !== undefined)
        .map(([incarnation]) => ({ personaId, incarnation })),
    );
    return Promise.resolve(live);
  }

  destroy(erasures: readonly Erasure[]): Promise<void> {
    for (const erasure of erasures) {
      const incarnations = this.#incarnationsOf(erasure.personaId);
      const known = this.destroyed.get(nameOf(erasure));
      if (!known || incarnations.get(erasure.incarnation))
        this.destroyed.set(nameOf(erasure), { ...erasure, doneAt: undefined });
      incarnations.set(erasure.incarnation, undefined);
    }
    return Promise.resolve();
  }

  erasures(): Promise<readonly Erasure[]> {
    return Promise.resolve(
      [...this.destroyed.values()].map(({ personaId, incarnation, at }) => ({ personaId, incarnation, at })),
    );
  }

  pending(personaIds?: readonly string[]): Promise<readonly PersonaKeyRef[]> {
    const pending = [...this.destroyed.values()].filter(
      ({ personaId, doneAt }) => doneAt === undefined && (personaIds?.includes(personaId) ?? true),
    );
    return Promise.resolve(pending.map(({ personaId, incarnation }) => ({ personaId, incarnation })));
  }

  complete(erased: readonly PersonaKeyRef[], at: EpochMs): Promise<void> {
    for (const ref of erased) {
      const erasure = this.destroyed.get(nameOf(ref));
      if (erasure) erasure.doneAt ??= at;
    }
    return Promise.resolve();
  }

  #latestOf(personaId: string): KeyRow | undefined {
    const incarnations = this.keys.get(personaId);
    if (!incarnations) return undefined;
    const incarnation = Math.max(...incarnations.keys());
    const wrappedKey = incarnations.get(incarnation);
    if (wrappedKey) return { personaId, incarnation, status: 'live', wrappedKey };
    const pending = this.destroyed.get(nameOf({ personaId, incarnation }))?.doneAt === undefined;
    return { personaId, incarnation, status: 'destroyed', pending };
  }

  #incarnationsOf(personaId: string): Map<number, Uint8Array | undefined> {
    const incarnations = this.keys.get(personaId) ?? new Map<number, Uint8Array | undefined>();
    this.keys.set(personaId, incarnations);
    return incarnations;
  }
}

const nameOf = ({ personaId, incarnation }: PersonaKeyRef): string => `${personaId}|${String(incarnation)}`;
