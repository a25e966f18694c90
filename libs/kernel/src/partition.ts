const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * Which of several parts a key belongs to, as every Kafka client divides keys that hashes like the Java one: murmur2 over UTF-8,
 * without the sign, modulo the number of parts. What is in the same partition of a topic is thereby in the same lane of a read
 * model. Part of what is stored: it must never change.
 */
export const partitionOf = (key: string, parts: number): number =>
  parts === 1 ? 0 : (murmur2(key) & 0x7fffffff) % parts;

function murmur2(key: string): number {
  const text = isAscii(key) ? key : latin1(key);
  const { length } = text;
  const whole = length & ~3;
  let hash = SEED ^ length;
  for (let i = 0; i < whole; i += 4) {
    let block =
      text.charCodeAt(i) |
      (text.charCodeAt(i + 1) << 8) |
      (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24);
    block = Math.imul(block, M);
    block = Math.imul(block ^ (block >>> 24), M);
    hash = Math.imul(hash, M) ^ block;
  }
  if (length > whole) {
    for (let i = length - 1; i >= whole; i--) hash ^= text.charCodeAt(i) << (8 * (i - whole));
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/** Almost every key is the id of a persona: its characters are its bytes. */
function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** The UTF-8 bytes of a text, one in each character. */
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
