/**
 * Counts by 53-bit hashes in flat arrays: 12 bytes a slot at most 70 % full, where a Map of strings takes over 100. That is what
 * keeps an import of millions of groups within its memory. Two keys with one hash share a slot (for 10 million keys the
 * chance is 1 in 180): users must be correct even then.
 */
export class HashTable {
  private keys = new Float64Array(1_024);
  private values = new Uint32Array(1_024);
  private used = 0;

  get size(): number {
    return this.used;
  }

  get(hash: number): number {
    return this.values[this.slotOf(hash)] ?? 0;
  }

  set(hash: number, value: number): void {
    const slot = this.slotOf(hash);
    this.values[slot] = value;
    if (this.keys[slot] === hash) return;
    this.keys[slot] = hash;
    this.used += 1;
    if (this.used > this.keys.length * 0.7) this.grow();
  }

  /** Adds one and returns what it was before. */
  increase(hash: number): number {
    const before = this.get(hash);
    this.set(hash, before + 1);
    return before;
  }

  /** Where the hash is, or the free slot where it would be. Hashes are never 0, which marks a free slot. */
  private slotOf(hash: number): number {
    const mask = this.keys.length - 1;
    let slot = (hash % 4_294_967_291) & mask;
    while (this.keys[slot] !== 0 && this.keys[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { keys, values } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.values = new Uint32Array(keys.length * 2);
    keys.forEach((hash, slot) => {
      if (hash === 0) return;
      const target = this.slotOf(hash);
      this.keys[target] = hash;
      this.values[target] = values[slot] ?? 0;
    });
  }
}

/**
 * 53 bits of a text, never 0: two FNV-1a style lanes (Fowler, Noll, Vo) over its UTF-16 units with different primes, each mixed
 * at the end. Not for security.
 */
export function hashOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 13;
  }
  return (mixed(high) & 0x1fffff) * 4_294_967_296 + mixed(low ^ high) + 1;
}

function mixed(lane: number): number {
  let value = lane ^ (lane >>> 16);
  value = Math.imul(value, 0x85ebca6b);
  value ^= value >>> 13;
  value = Math.imul(value, 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
