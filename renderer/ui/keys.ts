/** Keys: written `mod+shift+f`, matched against events, shown the way the platform writes them. */

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export function isMac(platform: string): boolean {
  return /mac|iphone|ipad/i.test(platform);
}

/** A sign that needs shift on many keyboards, such as `?`: shift is then part of how it is typed, and is not compared. */
function isSign(key: string): boolean {
  return key.length === 1 && !/[\p{L}\p{N}]/u.test(key);
}

/** The last part may be the plus itself: `mod++`. */
function partsOf(shortcut: string): string[] {
  return shortcut.split(/\+(?!$)/);
}

export function matches(shortcut: string, press: KeyPress, mac: boolean): boolean {
  const parts = partsOf(shortcut.toLowerCase());
  const key = parts.at(-1) ?? '';
  const wants = new Set(parts.slice(0, -1));
  if (press.key.toLowerCase() !== key) return false;
  const mod = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (mod !== wants.has('mod') || other || press.altKey !== wants.has('alt')) return false;
  return isSign(key) || press.shiftKey === wants.has('shift');
}

const ARROWS: Readonly<Record<string, string>> = { arrowup: '↑', arrowdown: '↓', arrowleft: '←', arrowright: '→' };
const MAC_SIGNS: Readonly<Record<string, string>> = { mod: '⌘', shift: '⇧', alt: '⌥', enter: '↵' };
const NAMES: Readonly<Record<string, string>> = {
  mod: 'Ctrl',
  shift: 'Shift',
  alt: 'Alt',
  enter: 'Enter',
  escape: 'Esc',
  delete: 'Delete',
};

/** One text per key: `['Ctrl', 'N']`, on a Mac `['⌘', 'N']`. */
export function keysOf(shortcut: string, mac: boolean): string[] {
  return partsOf(shortcut).map((part) => {
    const key = part.toLowerCase();
    return (
      (mac ? MAC_SIGNS[key] : undefined) ?? ARROWS[key] ?? NAMES[key] ?? (part.length === 1 ? part.toUpperCase() : part)
    );
  });
}
