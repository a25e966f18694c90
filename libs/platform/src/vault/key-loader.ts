import { createSecretKey, randomBytes } from 'node:crypto';
import { type LoadedKey, type PersonaKeys } from './key-cache.js';
import { type KeyRow, type KeyStore, type NewKey } from './key-store.port.js';
import { type MasterKey } from './master-key/master-key.port.js';
import { type PersonaKeyRef } from './vault.port.js';

const DATA_KEY_BYTES = 32;
/** Ids in one statement: unwrapping as many keeps the process busy for about 20 ms. */
const MOST_IDS = 1_000;
/** A persona would have to be erased and seen again within each of these. */
const MOST_ATTEMPTS = 5;

type Loaded = Map<string, PersonaKeys>;

/** Reads keys from the store and unwraps them, or makes them. */
export class KeyLoader {
  constructor(
    private readonly store: KeyStore,
    private readonly masterKey: MasterKey,
  ) {}

  async load(personaIds: readonly string[]): Promise<Loaded> {
    const loaded: Loaded = new Map();
    for (const ids of chunks(personaIds)) await this.#unwrapAll(await this.store.latest(ids), new Map(), loaded);
    return loaded;
  }

  /** @param lastKnown the last incarnation that the caller has heard of, which saves asking for it; 0 for none */
  async make(personaIds: readonly string[], lastKnown: (personaId: string) => number): Promise<Loaded> {
    const loaded: Loaded = new Map();
    for (const ids of chunks(personaIds)) {
      let wanted = ids.map((personaId) => ({ personaId, incarnation: lastKnown(personaId) + 1 }));
      for (let attempt = 1; wanted.length > 0 && attempt <= MOST_ATTEMPTS; attempt++)
        wanted = await this.#makeOnce(wanted, loaded);
    }
    return loaded;
  }

  /** @returns what is to be tried next: the incarnations after the ones that turned out to be destroyed. */
  async #makeOnce(wanted: readonly PersonaKeyRef[], loaded: Loaded): Promise<PersonaKeyRef[]> {
    const random = randomBytes(wanted.length * DATA_KEY_BYTES);
    const candidates = new Map<string, NewKey & { readonly dataKey: Uint8Array }>();
    for (const [index, ref] of wanted.entries()) {
      const dataKey = random.subarray(index * DATA_KEY_BYTES, (index + 1) * DATA_KEY_BYTES);
      candidates.set(ref.personaId, {
        ...ref,
        dataKey,
        wrappedKey: await this.masterKey.wrap(dataKey, contextOf(ref)),
      });
    }
    const rows = await this.store.ensure([...candidates.values()]);
    await this.#unwrapAll(rows, candidates, loaded);
    random.fill(0);
    return rows
      .filter((row) => row.status === 'destroyed' && !row.pending)
      .map(({ personaId, incarnation }) => ({ personaId, incarnation: incarnation + 1 }));
  }

  async #unwrapAll(
    rows: readonly KeyRow[],
    candidates: ReadonlyMap<string, NewKey & { readonly dataKey: Uint8Array }>,
    loaded: Loaded,
  ): Promise<void> {
    for (const row of rows) {
      const candidate = candidates.get(row.personaId);
      loaded.set(row.personaId, await this.#keysOf(row, candidate));
    }
  }

  async #keysOf(row: KeyRow, candidate?: NewKey & { readonly dataKey: Uint8Array }): Promise<PersonaKeys> {
    const { personaId, incarnation } = row;
    if (row.status === 'destroyed') return { status: 'destroyed', latest: incarnation, pending: row.pending };
    // Ours was stored, so it need not be unwrapped.
    if (candidate && Buffer.compare(candidate.wrappedKey, row.wrappedKey) === 0)
      return { status: 'live', latest: incarnation, key: keyOf(personaId, incarnation, candidate.dataKey) };
    try {
      const dataKey = await this.masterKey.unwrap(row.wrappedKey, contextOf(row));
      return { status: 'live', latest: incarnation, key: keyOf(personaId, incarnation, dataKey) };
    } catch (error) {
      return {
        status: 'broken',
        latest: incarnation,
        problem: error instanceof Error ? error : new Error(String(error)),
      };
    }
  }
}

const keyOf = (personaId: string, incarnation: number, dataKey: Uint8Array): LoadedKey => ({
  ref: { personaId, incarnation },
  dataKey: createSecretKey(dataKey),
});

const contextOf = ({ personaId, incarnation }: PersonaKeyRef): string => `${personaId}|${String(incarnation)}`;

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += MOST_IDS) yield ids.slice(at, at + MOST_IDS);
}
