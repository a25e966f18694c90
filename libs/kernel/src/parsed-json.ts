const TEXT = Symbol('the text that this was parsed from');

/**
 * Parses JSON and remembers its text, so that a value which only passes through is not written anew: a third of what a row costs
 * that keeps an event's data. Nobody may change the value afterwards; a changed copy does not have the text.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Not enumerable: neither JSON.stringify nor a spread nor a comparison sees it.
  if (typeof value === 'object' && value !== null) Object.defineProperty(value, TEXT, { value: text });
  return value;
}

/** The JSON of a value: the text that it was parsed from by `parseJson`, or what `JSON.stringify` makes of it. */
export function jsonText(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null && TEXT in value) return value[TEXT] as string;
  return JSON.stringify(value) as string | undefined;
}
