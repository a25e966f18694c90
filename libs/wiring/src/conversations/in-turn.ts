/** Does the work of one key after that of the same key that was asked for before, in this process. Failures are the asker's alone. */
export type InTurn = <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;

/** Keys that nobody works for are forgotten: it holds as much as requests are under way. */
export function createInTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
