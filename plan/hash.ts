/** FNV-1a with a final mix, 32 bits: the same in every version of everything. Addresses of running nodes depend on it. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A slot of `slots` for each key: the key's hash, or the next free one. Keys are placed in their own order, so the
 * order in which they are given changes nothing. A key moves only when one that sorts before it comes or goes *and*
 * their hashes meet: for 10 pools of the default mesh that is about 1 in 70.
 */
export function stableSlots(keys: readonly string[], slots: number): Map<string, number> {
  const taken = new Set<number>();
  const result = new Map<string, number>();
  for (const key of [...new Set(keys)].sort()) {
    let slot = stableHash(key) % slots;
    while (taken.has(slot)) slot = (slot + 1) % slots;
    taken.add(slot);
    result.set(key, slot);
  }
  return result;
}
