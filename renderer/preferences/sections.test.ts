import { expect, test } from 'vitest';
import { preferences } from '../../shared/contract/preferences.ts';
import { preferenceSections } from './sections.tsx';

const defaults = preferences.parse({});
const idsOf = (door: 'app' | 'serve') =>
  preferenceSections(defaults, door).flatMap(({ rows }) => rows.map(({ id }) => id));

test('every preference can be changed in the app, but for the language as long as there is one', () => {
  const { console, newMachine, language, ...plain } = defaults;
  const { theme, ...rest } = console;
  expect([theme, language]).toEqual(['dark', 'en']);
  expect(preferences.shape.language.unwrap().options).toHaveLength(1);
  const all = [plain, rest, newMachine].flatMap((part) => Object.keys(part));
  expect(new Set(idsOf('app'))).toEqual(new Set([...all, 'consoleTheme']));
  expect(idsOf('app')).toHaveLength(all.length + 1);
});

test('a browser has none that only the app obeys', () => {
  const missing = idsOf('app').filter((id) => !idsOf('serve').includes(id));
  expect(missing).toEqual(['onClose', 'notifications']);
});
