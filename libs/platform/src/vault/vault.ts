import { type Clock } from '#kernel';
import { coalesced } from '#platform/coalescing';
import { KeyCache, type LoadedKey, type PersonaKeys } from './key-cache.js';
import { KeyLoader } from './key-loader.js';
import { type KeyStore } from './key-store.port.js';
import { type ErasureLedger } from './ledger/erasure-ledger.port.js';
import { replayLedger } from './ledger/replay-ledger.js';
import { type MasterKey } from './master-key/master-key.port.js';
import { createPseudonyms } from './pseudonyms.js';
import { sealHere, type SealAll } from './sealing/seal-here.js';
import { seal, type Sealable, takeApart, textOf, unseal } from './sealing/sealing.js';
import { ErasurePendingError, KeyNotPreparedError } from './vault-errors.js';
import { type Opened, type PersonalPart, type PersonaKeyRef, type Vault } from './vault.port.js';

export interface VaultParts {
  readonly store: KeyStore;
  readonly masterKey: MasterKey;
  readonly ledger: ErasureLedger;
  readonly clock: Clock;
  /** Age of keys is measured with it; defaults to the monotonic clock of the process. */
  readonly elapsedMs?: (() => number) | undefined;
  readonly mostCachedPersonas?: number | undefined;
  /** Seals many at once; in this thread by default. */
  readonly sealAll?: SealAll | undefined;
}

/** Opens a vault on a key store: replays the erasure ledger before anybody can ask for a key. */
export async function openVault(parts: VaultParts): Promise<Vault> {
  await replayLedger(parts.ledger, parts.store);
  return new KeyVault(parts);
}

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ERASED: Opened = { status: 'erased' };

export class KeyVault implements Vault {
  readonly #cache: KeyCache;
  readonly #load: (personaIds: readonly string[]) => Promise<ReadonlyMap<string, PersonaKeys>>;
  readonly #make: (personaIds: readonly string[]) => Promise<ReadonlyMap<string, PersonaKeys>>;
  /** A key that was handed out can be used even if somebody forgets its persona meanwhile; it goes with its last user. */
  readonly #handedOut = new WeakMap<PersonaKeyRef, LoadedKey>();
  readonly #sealAll: SealAll;
  readonly uuid: Vault['uuid'];
  readonly digest: Vault['digest'];

  constructor(private readonly parts: VaultParts) {
    const cache = new KeyCache(parts.elapsedMs ?? (() => performance.now()), parts.mostCachedPersonas);
    const loader = new KeyLoader(parts.store, parts.masterKey);
    const lastKnown = (personaId: string): number => cache.usable(personaId)?.latest ?? 0;
    this.#sealAll = parts.sealAll ?? sealHere;
    this.#cache = cache;
    this.#load = coalesced((ids) => cache.keep(() => loader.load(ids)));
    this.#make = coalesced((ids) => cache.keep(() => loader.make(ids, lastKnown)));
    ({ uuid: this.uuid, digest: this.digest } = createPseudonyms(parts.masterKey.pseudonymSecret));
  }

  async currentKeys(personaIds: readonly string[]): Promise<ReadonlyMap<string, PersonaKeyRef>> {
    const current = new Map<string, PersonaKeyRef>();
    const missing: string[] = [];
    for (const personaId of personaIds) {
      const keys = this.#cache.fresh(personaId);
      if (keys?.status === 'live') current.set(personaId, this.#handOut(keys.key));
      else missing.push(personaId);
    }
    if (missing.length === 0) return current;
    const made = await this.#make(canonical(missing));
    const pending: PersonaKeyRef[] = [];
    for (const personaId of missing) {
      const keys = made.get(personaId);
      if (keys?.status === 'broken') throw keys.problem;
      if (keys?.status === 'live') current.set(personaId, this.#handOut(keys.key));
      else pending.push({ personaId, incarnation: keys?.latest ?? 0 });
    }
    if (pending.length > 0) throw new ErasurePendingError(pending);
    return current;
  }

  seal(key: PersonaKeyRef, eventId: string, personal: unknown): string {
    return seal(this.#sealable({ key, eventId, personal }));
  }

  async sealAll(parts: readonly PersonalPart[]): Promise<readonly string[]> {
    return this.#sealAll(parts.map((part) => this.#sealable(part)));
  }

  async prepare(personaIds: readonly string[]): Promise<void> {
    const missing = personaIds.filter((personaId) => !this.#cache.fresh(personaId));
    if (missing.length > 0) await this.#load(canonical(missing));
  }

  open(personaId: string, eventId: string, sealed: string): Opened {
    const parts = takeApart(sealed);
    const keys = this.#cache.usable(personaId);
    if (!keys || parts.incarnation > keys.latest) {
      // It may have been made after these were loaded: the next `prepare` must look. Where nothing is kept it looks anyway, and forgetting
      // would spoil what others are loading: two who open at once would keep each other from ever having the key.
      if (keys) this.#cache.forget(personaId);
      throw new KeyNotPreparedError({ personaId, incarnation: parts.incarnation });
    }
    if (parts.incarnation < keys.latest || keys.status === 'destroyed') return ERASED;
    if (keys.status === 'broken') throw keys.problem;
    return { status: 'opened', personal: unseal(keys.key.dataKey, personaId, eventId, parts) };
  }

  async destroy(personaIds: readonly string[]): Promise<void> {
    const { store, ledger, clock } = this.parts;
    const live = await store.live(canonical(personaIds));
    const erasures = live.map((ref) => ({ ...ref, at: clock.now() }));
    // The ledger first: from here on the keys are lost, whatever happens to this process or to the database.
    await ledger.append(erasures);
    await store.destroy(erasures);
    for (const personaId of personaIds) this.#cache.forget(personaId);
    for (const { personaId, incarnation } of erasures) this.#cache.destroyed(personaId, incarnation);
  }

  forget(personaId: string): void {
    this.#cache.forget(personaId);
  }

  pendingErasures(personaIds?: readonly string[]): Promise<readonly PersonaKeyRef[]> {
    return this.parts.store.pending(personaIds && canonical(personaIds));
  }

  completeErasures(erased: readonly PersonaKeyRef[]): Promise<void> {
    return this.parts.store.complete(erased, this.parts.clock.now());
  }

  #sealable({ key, eventId, personal }: PersonalPart): Sealable {
    const loaded = this.#handedOut.get(key) ?? this.#cached(key);
    if (!loaded) throw new KeyNotPreparedError(key);
    const { personaId, incarnation } = key;
    return { dataKey: loaded.dataKey, personaId, incarnation, eventId, text: textOf(personal) };
  }

  #handOut(key: LoadedKey): PersonaKeyRef {
    this.#handedOut.set(key.ref, key);
    return key.ref;
  }

  #cached(key: PersonaKeyRef): LoadedKey | undefined {
    const keys = this.#cache.usable(key.personaId);
    return keys?.status === 'live' && keys.latest === key.incarnation ? keys.key : undefined;
  }
}

/** One id that the database would refuse must not fail the batch that it shares with others. */
function canonical(personaIds: readonly string[]): readonly string[] {
  for (const personaId of personaIds) {
    if (!canonicalUuid.test(personaId)) throw new TypeError('a persona id is a UUID in lower case');
  }
  return personaIds;
}
