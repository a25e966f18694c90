/** Names of the streams that a store uses; other streams of the same server are none of its business. */
export interface Names {
  /** Links to the events of one of Safar's streams, in their order. */
  stream(name: string): string;
  /** What was appended under an append id: the events themselves. */
  append(appendId: string): string;
  /** Append id of such a stream. */
  appendIdOf(stream: string): string | undefined;
  /** What is known of the whole store. */
  readonly store: string;
  /** An entry now and then, to find a position by its time. */
  readonly clock: string;
  /** Every stream that has events, or tells of the store. */
  readonly followed: readonly string[];
}

/** Lower case and digits, so that no name of one store begins like that of another. */
const namespacePattern = /^[a-z][a-z0-9_]{0,39}$/;

export function namesIn(namespace: string): Names {
  if (!namespacePattern.test(namespace))
    throw new TypeError('a namespace has up to 40 lower case letters, digits and underscores, the first a letter');
  const appends = `${namespace}:append-`;
  const store = `${namespace}:store`;
  return {
    // The category, which EventStoreDB reads up to the first hyphen, is that of the stream.
    stream: (name) => `${namespace}.${name}`,
    append: (appendId) => `${appends}${appendId}`,
    appendIdOf: (stream) => (stream.startsWith(appends) ? stream.slice(appends.length) : undefined),
    store,
    clock: `${namespace}:clock`,
    followed: [appends, store],
  };
}
