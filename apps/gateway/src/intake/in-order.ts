/**
 * Works on at most `limit` inputs at once and gives the results in the order of the inputs, each as soon as it and those before it are
 * there. Takes the next input only when there is room, and does nothing while nobody asks for a result.
 */
export async function* inOrder<Input, Output>(
  inputs: AsyncIterator<Input>,
  work: (input: Input) => Promise<Output>,
  limit: number,
): AsyncGenerator<Output> {
  const running: Promise<Output>[] = [];
  let upcoming: Promise<IteratorResult<Input>> | undefined = expected(inputs.next());
  try {
    while (upcoming !== undefined || running.length > 0) {
      const input = running.length < limit ? upcoming?.then((next) => ({ next })) : undefined;
      const output = running[0]?.then((result) => ({ result }));
      const first = await Promise.race([input, output].filter((event) => event !== undefined));
      if (first === undefined) return;
      if ('result' in first) {
        void running.shift();
        yield first.result;
      } else if (first.next.done === true) upcoming = undefined;
      else {
        running.push(expected(work(first.next.value)));
        upcoming = expected(inputs.next());
      }
    }
  } finally {
    // Not awaited: a generator that waits for a sender who has stopped sending would keep its reader waiting too.
    inputs.return?.().catch(() => undefined);
  }
}

/** A failure is looked at in its turn, or never when nobody wants more: until then it must not count as unhandled. */
function expected<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
