import { type Row } from '#kernel';
import {
  decodeRow,
  encodeRow,
  keyOfRow,
  keyText,
  ownerOfRow,
  RowRefusedError,
  type TableShape,
  type Wire,
} from './row-codec.js';

interface Entry {
  readonly key: readonly Wire[];
  readonly owner: string;
  /** `null`: there is no such row any more. */
  readonly wires: readonly Wire[] | null;
  /** It was in the table, or may have been: to be deleted there before it is made anew. */
  readonly removed: boolean;
  /** The table does not hold it like this yet. */
  readonly changed: boolean;
}

/** What a batch does to its table, in this order: owners wiped, rows removed, rows written. */
export interface TableChanges {
  readonly wiped: readonly string[];
  /** Key and then owner of each. */
  readonly removed: readonly (readonly Wire[])[];
  readonly written: readonly (readonly Wire[])[];
}

/** The rows that a fold works on: those of one batch, or of a whole table in memory. */
export class RowSet {
  readonly #entries = new Map<string, Entry>();
  readonly #wiped = new Set<string>();
  /** Made at the first wipe: most batches have none. */
  #keysByOwner: Map<string, Set<string>> | undefined;
  /** What the current event replaced, oldest first. */
  #replaced: { readonly text: string; readonly before: Entry | undefined }[] = [];
  #wipedNow: string[] = [];

  constructor(private readonly shape: TableShape) {}

  /** Rows and the memory of removed ones. */
  get size(): number {
    return this.#entries.size;
  }

  /** A row as the table holds it. */
  load(wires: readonly Wire[]): void {
    const key = keyOfRow(this.shape, wires);
    const owner = ownerOfRow(this.shape, wires);
    this.#entries.set(keyText(key), { key, owner, wires, removed: false, changed: false });
  }

  /** Everything after this is kept, or taken back by `undo`. */
  begin(): void {
    this.#replaced = [];
    this.#wipedNow = [];
  }

  undo(): void {
    for (const { text, before } of this.#replaced.reverse())
      if (before) this.#entries.set(text, before);
      else this.#entries.delete(text);
    for (const owner of this.#wipedNow) this.#wiped.delete(owner);
    this.begin();
  }

  get(text: string): Row | undefined {
    const wires = this.#entries.get(text)?.wires;
    return wires ? decodeRow(this.shape, wires) : undefined;
  }

  ownerOf(text: string): string | undefined {
    const entry = this.#entries.get(text);
    return entry?.wires ? entry.owner : undefined;
  }

  put(key: readonly Wire[], owner: string, row: Row): void {
    const wires = encodeRow(this.shape, row);
    const text = keyText(key);
    if (this.shape.key.some((place, index) => wires[place] !== key[index]))
      throw new RowRefusedError('the row has another key than the one it was made for');
    if (ownerOfRow(this.shape, wires) !== owner)
      throw new RowRefusedError("the row's owner is not the key of its event");
    const removed = this.#entries.get(text)?.removed ?? false;
    this.#set(text, { key, owner, wires, removed, changed: true });
  }

  remove(key: readonly Wire[], owner: string): void {
    this.#set(keyText(key), { key, owner, wires: null, removed: true, changed: true });
  }

  wipe(owner: string): void {
    if (!this.#wiped.has(owner)) this.#wipedNow.push(owner);
    this.#wiped.add(owner);
    for (const text of this.#ownersIndex().get(owner) ?? []) {
      const entry = this.#entries.get(text);
      // Deleting the owner's rows deletes it too, so it needs no removal of its own.
      if (entry?.owner === owner) this.#set(text, { ...entry, wires: null, removed: false, changed: false });
    }
  }

  changes(): TableChanges {
    const removed: (readonly Wire[])[] = [];
    const written: (readonly Wire[])[] = [];
    for (const entry of this.#entries.values()) {
      if (!entry.changed) continue;
      if (entry.removed) removed.push([...entry.key, entry.owner]);
      if (entry.wires) written.push(entry.wires);
    }
    return { wiped: [...this.#wiped], removed, written };
  }

  *rows(): Generator<readonly [text: string, wires: readonly Wire[]]> {
    for (const [text, { wires }] of this.#entries) if (wires) yield [text, wires];
  }

  #set(text: string, entry: Entry): void {
    const before = this.#entries.get(text);
    this.#entries.set(text, entry);
    if (before?.owner !== entry.owner) this.#index(text, entry.owner);
    this.#replaced.push({ text, before });
  }

  #ownersIndex(): Map<string, Set<string>> {
    if (!this.#keysByOwner) {
      this.#keysByOwner = new Map();
      for (const [text, { owner }] of this.#entries) this.#index(text, owner);
    }
    return this.#keysByOwner;
  }

  /** May name keys that are not the owner's any more: whoever reads it looks again. */
  #index(text: string, owner: string): void {
    const texts = this.#keysByOwner?.get(owner);
    if (texts) texts.add(text);
    else this.#keysByOwner?.set(owner, new Set([text]));
  }
}
