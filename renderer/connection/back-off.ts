const FIRST_MS = 250;
const LONGEST_MS = 5_000;

/**
 * Milliseconds until the next try after so many failures in a row: doubles from 250 ms up to 5 s, and up to a fifth less, so
 * that many windows do not come back in the same instant.
 */
export function backOff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return Math.round(full * (1 - 0.2 * random()));
}
