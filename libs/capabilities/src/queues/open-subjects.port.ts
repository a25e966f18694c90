import { type ReadModels } from '#kernel';

/** What the opening of a conversation said, its personal members sealed. */
export interface SealedOpening {
  readonly customerId: string;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
}

/** Opens what is sealed: the data of each, in their order. Called once for a page: keys are loaded together. */
export type OpenOpenings = (
  openings: readonly SealedOpening[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

export interface QueuePorts {
  readonly readModels: ReadModels;
  readonly open: OpenOpenings;
}
