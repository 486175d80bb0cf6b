/** Bytes that look random and are the same for the same seed: for runs that are to repeat, never for secrets. */

/** A generator of such bytes (xorshift32, Marsaglia 2003). `seed` counts modulo 2^32. */
export function seededBytes(seed: number): (into: Uint8Array) => void {
  let state = seed | 0 || 1;
  return (into) => {
    for (let i = 0; i < into.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      into[i] = state >>> 24;
    }
  };
}
