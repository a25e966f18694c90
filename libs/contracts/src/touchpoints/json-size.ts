const encoder = new TextEncoder();

/** Whether a value has more UTF-8 bytes than so many as JSON without white space. */
export function isLarger(value: object, maxBytes: number): boolean {
  const json = JSON.stringify(value);
  // A UTF-16 unit is at most three bytes of UTF-8: what is small needs no exact count, which costs as much as all the rest.
  return json.length * 3 > maxBytes && encoder.encode(json).byteLength > maxBytes;
}
