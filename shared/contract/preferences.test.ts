import { expect, expectTypeOf, test } from 'vitest';
import { type Preferences, type PreferencesChange, preferences, preferencesChange } from './preferences.ts';

test('everything has a default', () => {
  const { console, newMachine, theme } = preferences.parse({});
  expect(theme).toBe('system');
  expect(console.fontSize).toBe(13);
  expect(newMachine.kernel).toBe('stock');
});

test('a change says nothing about what it does not name', () => {
  expect(preferencesChange.parse({})).toEqual({});
  expect(preferencesChange.parse({ theme: 'dark', console: { fontSize: 20 } })).toEqual({
    theme: 'dark',
    console: { fontSize: 20 },
  });
});

test('a change is checked as the whole is', () => {
  expect(preferencesChange.safeParse({ console: { fontSize: 7 } }).success).toBe(false);
  expect(preferencesChange.safeParse({ newMachine: { memory: 1 } }).success).toBe(false);
  expect(preferencesChange.safeParse({ theme: 'pink' }).success).toBe(false);
});

test('whole preferences are a change too', () => {
  const all = preferences.parse({ bogus: 1 });
  expect(preferencesChange.parse(all)).toEqual(all);
  expectTypeOf<Preferences>().toExtend<PreferencesChange>();
});
