import { InnError } from './errors.ts';

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const TiB = 1024 * GiB;

/** Longest first, so that formatting picks the largest unit that fits. */
const UNITS = [
  ['T', TiB],
  ['G', GiB],
  ['M', MiB],
  ['K', KiB],
] as const;

/**
 * Bytes from text as QEMU and Docker users write it: `512`, `256M`, `1G`, `1.5GiB`, `64kb`. All units are powers of 1024.
 * Throws `InnError` `invalid-size` for anything else, for a fraction of a byte and beyond 2^53 - 1.
 */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(?:i?B)?|B)?$/i.exec(text.trim());
  const letter = match?.[2]?.toUpperCase();
  const factor = UNITS.find(([name]) => name === letter)?.[1] ?? 1;
  const bytes = match ? Number(match[1]) * factor : Number.NaN;
  if (!Number.isSafeInteger(bytes)) {
    throw new InnError(`Not a size in bytes: "${text}"`, {
      code: 'invalid-size',
      nextStep: 'Write a number with an optional unit K, M, G or T, such as 256M or 1G.',
    });
  }
  return bytes;
}

/** Text for people: the largest unit in which the value is at least 1, with at most one decimal: `256 MiB`, `1.5 GiB`, `17 B`. */
export function formatBytes(bytes: number): string {
  // A value that would round up to 1024 of a unit is shown in the next larger one.
  const unit = UNITS.find(
    ([, factor]) => Math.abs(bytes) >= factor || Math.round((Math.abs(bytes) / factor) * 1024) >= 1024,
  );
  if (!unit) return `${bytes} B`;
  const rounded = Math.round((bytes / unit[1]) * 10) / 10;
  return `${rounded} ${unit[0]}iB`;
}
