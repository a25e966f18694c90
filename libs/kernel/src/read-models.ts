import type { Position } from './event.js';

/**
 * What a query needs of the read side. In the SQL, `{customers}` stands for the active table of the projection of that name:
 * which version and build is active is looked up with the query, so a promotion is seen at once.
 */
export interface ReadModels {
  query<R>(sql: string, values: readonly unknown[]): Promise<readonly R[]>;
  /** Up to which position the active version of a projection has applied everything. */
  appliedPosition(projection: string): Promise<Position>;
  /** Waits until the projection has applied a position; false when that did not happen in time. */
  waitUntil(projection: string, position: Position, timeoutMs: number): Promise<boolean>;
  /** Calls back after the projection has moved. A hint: it may come late, twice or never. */
  onMoved(projection: string, listener: () => void): () => void;
}
