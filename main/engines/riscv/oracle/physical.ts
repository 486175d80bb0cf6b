/** Guest RAM by physical address. */

import type { Hart } from './state.ts';

export interface RamPlace {
  /** The little-endian value. */
  read(): bigint;
  /** Writes the value modulo its size. */
  write(value: bigint): void;
}

/** The `size` bytes of RAM from a physical address, or undefined if they are not all RAM. */
export function physicalRam(h: Hart, address: bigint, size: number): RamPlace | undefined {
  if (address < h.ramBase || address + BigInt(size) > h.ramBase + BigInt(h.ram.length)) return undefined;
  const bytes = h.ram.subarray(Number(address - h.ramBase), Number(address - h.ramBase) + size);
  return {
    read: () => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
    write: (value) => {
      for (let i = 0; i < size; i++) bytes[i] = Number(BigInt.asUintN(8, value >> BigInt(8 * i)));
    },
  };
}
