import { type KeyObject } from 'node:crypto';
import { type PersonaKeyRef } from './vault.port.js';

/** A data key, ready to use. */
export interface LoadedKey {
  readonly ref: PersonaKeyRef;
  readonly dataKey: KeyObject;
}

/** What is known of a persona's keys. Every incarnation before `latest` is destroyed: the next is only made after that. */
export type PersonaKeys =
  | { readonly status: 'live'; readonly latest: number; readonly key: LoadedKey }
  | { readonly status: 'destroyed'; readonly latest: number; readonly pending: boolean }
  /** The wrapped key does not open. It must not stop other personas' work, so it throws where it is used. */
  | { readonly status: 'broken'; readonly latest: number; readonly problem: Error };

/** After this a key is not used any more: how long an erasure by another process may go unnoticed. */
export const KEY_TTL_MS = 60_000;
/** After this it is loaded again by `prepare` and `currentKeys`, which leaves their callers as long again to use it. */
const KEY_FRESH_MS = 30_000;
/** About 30 MB. */
const MOST_PERSONAS = 50_000;

interface Entry {
  readonly keys: PersonaKeys;
  readonly loadedAtMs: number;
}

/** A load that is under way. */
interface Loading {
  readonly startedAtMs: number;
  /** Forgotten meanwhile: what was read of them may be older than that. */
  readonly forgotten: Set<string>;
}

/** Bounded; drops the persona that was asked for longest ago. */
export class KeyCache {
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Set<Loading>();

  /** @param elapsedMs a clock that nobody can set back, or keys would live longer */
  constructor(
    private readonly elapsedMs: () => number,
    private readonly mostPersonas = MOST_PERSONAS,
  ) {}

  /** For those who will use it soon. */
  fresh(personaId: string): PersonaKeys | undefined {
    const entry = this.#entries.get(personaId);
    if (!entry || this.elapsedMs() - entry.loadedAtMs > KEY_FRESH_MS) return undefined;
    // To the end of the queue, or the rest of the same batch could push it out.
    this.#entries.delete(personaId);
    this.#entries.set(personaId, entry);
    return entry.keys;
  }

  /** For using it now. */
  usable(personaId: string): PersonaKeys | undefined {
    const entry = this.#entries.get(personaId);
    return entry && this.elapsedMs() - entry.loadedAtMs <= KEY_TTL_MS ? entry.keys : undefined;
  }

  forget(personaId: string): void {
    this.#entries.delete(personaId);
    for (const loading of this.#loading) loading.forgotten.add(personaId);
  }

  /** Keeps what a load brings, as of when it started, except what was forgotten in between. */
  async keep(load: () => Promise<ReadonlyMap<string, PersonaKeys>>): Promise<ReadonlyMap<string, PersonaKeys>> {
    const loading: Loading = { startedAtMs: this.elapsedMs(), forgotten: new Set() };
    this.#loading.add(loading);
    try {
      const loaded = await load();
      for (const [personaId, keys] of loaded) {
        if (!loading.forgotten.has(personaId)) this.#put(personaId, { keys, loadedAtMs: loading.startedAtMs });
      }
      return loaded;
    } finally {
      this.#loading.delete(loading);
    }
  }

  /** The key is gone, and this process is the first to know. */
  destroyed(personaId: string, incarnation: number): void {
    this.forget(personaId);
    this.#put(personaId, {
      keys: { status: 'destroyed', latest: incarnation, pending: true },
      loadedAtMs: this.elapsedMs(),
    });
  }

  #put(personaId: string, entry: Entry): void {
    const present = this.#entries.get(personaId);
    // Loads overtake each other; what was read later is nearer to the truth.
    if (present && present.loadedAtMs > entry.loadedAtMs) return;
    this.#entries.delete(personaId);
    this.#entries.set(personaId, entry);
    if (this.#entries.size <= this.mostPersonas) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}
