/**
 * How many rows to ask the server for at a time. What it sends beyond a full page is sent for nothing: where pages are cut, a
 * page is asked for in pieces, each at most twice as large as the one before.
 */
export class PageRows {
  #most = Number.MAX_SAFE_INTEGER;

  toAsk(limit: number): number {
    return Math.min(limit, this.#most);
  }

  came(asked: number, { rows, cut }: { readonly rows: number; readonly cut: boolean }): void {
    if (cut) this.#most = Math.max(1, rows);
    // Only who asked for as many as may be asked for knows whether twice as many would do.
    else if (rows === asked && asked >= this.#most) this.#most = Math.min(asked * 2, Number.MAX_SAFE_INTEGER);
  }
}
