/** What a read model keeps of an event: personal members sealed. */
export interface SealedPart {
  readonly customerId: string;
  readonly eventId: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: unknown;
}

/** Opens what conversations keep sealed: the data of each, in their order. Called once for a page: keys are loaded together. */
export type OpenParts = (parts: readonly SealedPart[]) => Promise<readonly Readonly<Record<string, unknown>>[]>;

export const textIn = (data: Readonly<Record<string, unknown>> | undefined, name: string): string | null => {
  const value = data?.[name];
  return typeof value === 'string' ? value : null;
};
