/** Where the engine says that a read model has moved, and its readers in the same process hear it. */
export interface MovedHub {
  moved(projection: string): void;
  /** Answers how to stop listening. */
  onMoved(projection: string, listener: () => void): () => void;
}

/** Channel on which processes tell each other that a read model has moved; the payload is its name. */
export const MOVED_CHANNEL = 'safar_moved';

export function createMovedHub(): MovedHub {
  const listeners = new Map<string, Set<() => void>>();
  return {
    moved: (projection) => {
      for (const listener of listeners.get(projection) ?? []) listener();
    },
    onMoved: (projection, listener) => {
      const those = listeners.get(projection) ?? new Set();
      listeners.set(projection, those.add(listener));
      return () => {
        those.delete(listener);
      };
    },
  };
}
