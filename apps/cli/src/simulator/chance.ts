/** Scatters neighbouring numbers: customers 7 and 8 have nothing in common. The finaliser of MurmurHash3. */
function scattered(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * Chance that can be repeated: xoshiro128** (Blackman and Vigna, 2018). The same seed and stream give the same numbers on every
 * machine; different streams of one seed are independent, so that adding a customer changes nothing about the others.
 */
export class Chance {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number, stream: number) {
    this.a = scattered(seed + 0x9e3779b9);
    this.b = scattered(stream ^ 0x7f4a7c15);
    this.c = scattered(this.a + this.b + 1);
    // Never all zero, which is the one state that it would not leave.
    this.d = scattered(this.c ^ seed) | 1;
    for (let round = 0; round < 8; round++) this.next();
  }

  /** 32 random bits. */
  private next(): number {
    const scrambled = Math.imul(this.b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** From 0, included, to 1, excluded. */
  unit(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** A whole number, both bounds included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  happens(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.unit() * items.length)] ?? items[0];
  }

  /** By weights, which need not add up to anything. */
  weighted<Item>(items: Weighted<Item>): Item {
    let left = this.unit() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return items[0][0];
  }

  /** Waiting times of things that happen at any moment alike. */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }
}

export type Weighted<Item> = readonly [readonly [Item, number], ...(readonly [Item, number])[]];
