/** Names of media types have at most 127 characters on each side of the slash (RFC 6838, §4.2). */
const MOST_CHARACTERS = 255;

/**
 * The media type that a content type names: in lower case, without its parameters and the white space around it. `undefined` when it is
 * longer than one can be; empty when none is named.
 */
export function mediaTypeOf(contentType = ''): string | undefined {
  const end = contentType.indexOf(';');
  const type = (end === -1 ? contentType : contentType.slice(0, end)).trim();
  return type.length > MOST_CHARACTERS ? undefined : type.toLowerCase();
}
