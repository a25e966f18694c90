/**
 * Which part of the work a key belongs to. FNV-1a, 32 bits, over UTF-16 code units, with the finaliser of MurmurHash3 (both
 * public domain): FNV alone spreads its low bits badly over keys that differ only in their last characters. Part of what is
 * stored (a build's checkpoints are per lane): it must never change.
 */
export function laneOf(key: string, lanes: number): number {
  if (lanes === 1) return 0;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % lanes;
}
