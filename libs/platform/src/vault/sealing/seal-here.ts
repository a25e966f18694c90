import { takeTurns } from '#platform/event-loop';
import { seal, type Sealable } from './sealing.js';

/** Seals all, in their order. */
export type SealAll = (parts: readonly Sealable[]) => Promise<readonly string[]>;

/** In this thread, looking after the event loop in between. */
export const sealHere: SealAll = async (parts) => {
  const sealed: string[] = [];
  for (const part of parts) {
    sealed.push(seal(part));
    const turn = takeTurns();
    if (turn) await turn;
  }
  return sealed;
};
