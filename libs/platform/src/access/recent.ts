interface Entry<Value> {
  readonly value: Value;
  readonly sinceMs: number;
}

/** What was learned a moment ago. Bounded: the oldest goes first. */
export class Recent<Value> {
  readonly #entries = new Map<string, Entry<Value>>();

  constructor(
    private readonly elapsedMs: () => number,
    private readonly limits: { readonly ttlMs: number; readonly most: number },
  ) {}

  get(name: string): Value | undefined {
    const entry = this.#entries.get(name);
    return entry && this.elapsedMs() - entry.sinceMs <= this.limits.ttlMs ? entry.value : undefined;
  }

  set(name: string, value: Value): void {
    this.#entries.delete(name);
    this.#entries.set(name, { value, sinceMs: this.elapsedMs() });
    if (this.#entries.size <= this.limits.most) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  clear(): void {
    this.#entries.clear();
  }
}
