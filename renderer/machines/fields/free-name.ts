import { MAX_NAME, nameKey } from '../../../shared/contract/limits.ts';

/** `wanted`, or the first of "wanted 2", "wanted 3" and so on that is not among `taken`: as the host picks one. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const keys = new Set(taken.map(nameKey));
  for (let n = 1; ; n++) {
    const suffix = n === 1 ? '' : ` ${n}`;
    const room = MAX_NAME - suffix.length;
    const name = [...wanted].slice(0, room).join('').trim() + suffix;
    if (!keys.has(nameKey(name))) return name;
  }
}

/** A name for a machine that boots `file`: without its extension, and with what a name may not have left out. */
export function nameFromFile(file: string): string {
  const bare = file.replace(/\.[a-z0-9]{1,5}$/i, '').replace(/[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, '');
  return bare.trim() || 'machine';
}
