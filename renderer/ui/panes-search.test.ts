import { expect, test } from 'vitest';
import { finds, search } from './panes-search.ts';

test('all words have to stand somewhere, in whatever case and order', () => {
  expect(finds('memory', ['Base memory', '256 MiB'])).toBe(true);
  expect(finds('mib BASE', ['Base memory', '256 MiB'])).toBe(true);
  expect(finds('memory cores', ['Base memory', '256 MiB'])).toBe(false);
  expect(finds('', [])).toBe(true);
});

test('accents do not matter', () => {
  expect(finds('cafe', ['Café'])).toBe(true);
  expect(finds('café', ['CAFE'])).toBe(true);
});

const sections = [
  { label: 'General', rows: [{ id: 'name', words: ['Name', 'web'] }] },
  {
    label: 'System',
    rows: [
      { id: 'cores', words: ['Cores', '2 cores'] },
      { id: 'memory', words: ['Base memory', '256 MiB'] },
    ],
  },
];

test('rows of all sections are found, and a section by its name', () => {
  expect(search(' web ', sections)).toEqual(new Set(['name']));
  expect(search('system', sections)).toEqual(new Set(['cores', 'memory']));
  expect(search('system mem', sections)).toEqual(new Set(['memory']));
  expect(search('nothing like it', sections)).toEqual(new Set());
});

test('blanks are nothing to look for', () => {
  expect(search('', sections)).toBeNull();
  expect(search('  ', sections)).toBeNull();
});
