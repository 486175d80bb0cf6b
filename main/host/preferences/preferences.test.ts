import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Preferences, preferences } from '../../../shared/contract/preferences.ts';
import { Notices } from '../notices/notices.ts';
import { PreferencesStore } from './preferences.ts';

const defaults = preferences.parse({});

let folder: string;
let file: string;
let notices: Notices;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'inn-preferences-'));
  file = path.join(folder, 'preferences.json');
  notices = new Notices();
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

test('are defaults at first, and nothing is written', async () => {
  const store = await PreferencesStore.open(file, notices);
  expect(store.get()).toEqual(defaults);
  expect(await fs.readdir(folder)).toEqual([]);
  expect(notices.list()).toEqual([]);
});

test('a change is kept, and leaves the rest as it was', async () => {
  const store = await PreferencesStore.open(file, notices);
  await store.set({ theme: 'dark', console: { fontSize: 20 } });
  const changed = await store.set({ console: { bell: 'off' }, notifications: false, onClose: undefined });
  const expected = {
    ...defaults,
    theme: 'dark',
    notifications: false,
    console: { ...defaults.console, fontSize: 20, bell: 'off' },
  };
  expect(changed).toEqual(expected);
  expect((await PreferencesStore.open(file, notices)).get()).toEqual(expected);
});

test('changes at the same time all count', async () => {
  const store = await PreferencesStore.open(file, notices);
  await Promise.all([
    store.set({ theme: 'dark' }),
    store.set({ notifications: false }),
    store.set({ console: { fontSize: 9 } }),
    store.set({ newMachine: { cores: 4 } }),
  ]);
  expect((await PreferencesStore.open(file, notices)).get()).toMatchObject({
    theme: 'dark',
    notifications: false,
    console: { fontSize: 9 },
    newMachine: { cores: 4, kernel: 'stock' },
  });
});

test('who watches sees what is and each change', async () => {
  const store = await PreferencesStore.open(file, notices);
  const seen: Preferences['theme'][] = [];
  for await (const { theme } of store.watch(new AbortController().signal)) {
    seen.push(theme);
    if (seen.length === 3) break;
    await store.set({ theme: seen.length === 1 ? 'dark' : 'light' });
  }
  expect(seen).toEqual(['system', 'dark', 'light']);
});

test.each([
  ['damaged', '{"version":1,"theme":"da'],
  ['from a newer Innkeeper', '{"version":99,"theme":"dark"}'],
  ['with a value that is none', '{"version":1,"theme":"pink"}'],
])('a file %s is kept aside, and the defaults count', async (_, text) => {
  await fs.writeFile(file, text);
  const store = await PreferencesStore.open(file, notices);
  expect(store.get()).toEqual(defaults);
  const [aside] = await fs.readdir(folder);
  expect(aside).toMatch(/^preferences\.json\.unusable-\d+$/);
  expect(await fs.readFile(path.join(folder, aside!), 'utf8')).toBe(text);
  expect(notices.list()).toMatchObject([{ code: 'preferences-set-aside', nextStep: expect.stringContaining(aside!) }]);
  await store.set({ theme: 'light' });
  expect((await PreferencesStore.open(file, new Notices())).get().theme).toBe('light');
});

test('what cannot be written changes nothing', async () => {
  const store = await PreferencesStore.open(file, notices);
  await fs.rm(folder, { recursive: true });
  await expect(store.set({ theme: 'dark' })).rejects.toMatchObject({ code: 'file-unwritable' });
  expect(store.get().theme).toBe('system');
  await fs.mkdir(folder);
  expect((await store.set({ theme: 'light' })).theme).toBe('light');
});
