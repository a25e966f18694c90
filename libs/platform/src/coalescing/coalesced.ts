type Work<Value> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

/**
 * Gathers calls into batches: what is asked for while a batch is under way becomes the next one. No timer: an idle one works
 * at once. Every call gets the whole result of its batch; a batch that fails fails its callers.
 */
export function coalesced<Value>(work: Work<Value>): Work<Value> {
  let last: Promise<unknown> = Promise.resolve();
  let next: { readonly ids: Set<string>; readonly result: Promise<ReadonlyMap<string, Value>> } | undefined;
  const start = (): NonNullable<typeof next> => {
    const ids = new Set<string>();
    const result = last.then(() => {
      next = undefined;
      return work([...ids]);
    });
    last = result.catch(() => undefined);
    return { ids, result };
  };
  return (ids) => {
    next ??= start();
    for (const id of ids) next.ids.add(id);
    return next.result;
  };
}
