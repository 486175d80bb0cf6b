import { describe, expect, test } from 'vitest';
import { keysOf, matches } from './keys.ts';

const press = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };

describe('keys are written as the platform writes them', () => {
  test.each([
    ['mod+shift+f', ['Ctrl', 'Shift', 'F'], ['⌘', '⇧', 'F']],
    ['alt+ArrowUp', ['Alt', '↑'], ['⌥', '↑']],
    ['mod+shift++', ['Ctrl', 'Shift', '+'], ['⌘', '⇧', '+']],
    ['Escape', ['Esc'], ['Esc']],
    ['?', ['?'], ['?']],
  ])('%s', (shortcut, plain, mac) => {
    expect(keysOf(shortcut, false)).toEqual(plain);
    expect(keysOf(shortcut, true)).toEqual(mac);
  });
});

describe('what is pressed', () => {
  test('mod is Ctrl, and ⌘ on a Mac', () => {
    expect(matches('mod+k', { ...press, key: 'k', ctrlKey: true }, false)).toBe(true);
    expect(matches('mod+k', { ...press, key: 'k', ctrlKey: true }, true)).toBe(false);
    expect(matches('mod+k', { ...press, key: 'k', metaKey: true }, true)).toBe(true);
  });

  test('letters need just the keys that are named, signs whatever types them', () => {
    expect(matches('mod+f', { ...press, key: 'F', ctrlKey: true, shiftKey: true }, false)).toBe(false);
    expect(matches('?', { ...press, key: '?', shiftKey: true }, false)).toBe(true);
    expect(matches('mod++', { ...press, key: '+', ctrlKey: true, shiftKey: true }, false)).toBe(true);
    expect(matches('mod++', { ...press, key: '-', ctrlKey: true }, false)).toBe(false);
  });
});
