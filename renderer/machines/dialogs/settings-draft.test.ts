import { expect, test } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import type { HostInfo, HostStatus } from '../../../shared/contract/host.ts';
import { type Machine, type MachineSettings, settingsChange } from '../../../shared/contract/machine.ts';
import type { ChosenFile } from '../files/chosen-file.ts';
import {
  begin,
  change,
  changedIn,
  changesOf,
  checksOf,
  choose,
  draftOf,
  rebase,
  takeBack,
  waitsForRestart,
  wordsFor,
} from './settings-draft.ts';

const settings: MachineSettings = {
  name: 'web',
  group: 'Lab',
  description: '',
  cores: 1,
  memory: 256 * MiB,
  boot: { kind: 'linux', kernel: 'stock' },
  commandLine: 'quiet ',
  consoles: 1,
  transport: 'pci',
};
const kernel = { name: 'Image', bytes: 9 };
const own: MachineSettings = { ...settings, boot: { kind: 'files', kernel } };
const other: ChosenFile = { name: 'Other', bytes: 7, ref: { path: '/boot/Other' }, text: 'gzip', usable: true };
const editing = begin({ settings, revision: 3 });
const saved = (changes: Partial<MachineSettings>, revision = 4) => ({
  settings: { ...settings, ...changes },
  revision,
});

test('as it is opened nothing is changed, whatever it boots', () => {
  expect(changedIn(editing)).toEqual([]);
  expect(changedIn(begin({ settings: own, revision: 1 }))).toEqual([]);
});

test('only what differs is sent, in the contract’s form', () => {
  const changed = change(editing, { cores: 2, name: ' web ' });
  expect(changesOf(changed)).toEqual({ cores: 2 });
  expect(changesOf(change(changed, { cores: 1 }))).toEqual({});
  expect(changedIn(change(editing, { memory: undefined }))).toEqual(['memory']);
  expect(changedIn(takeBack(changed, 'cores'))).toEqual([]);
});

test('files that the machine has stay beside new ones', () => {
  const open = begin({ settings: own, revision: 1 });
  const changed = change(open, { boot: { ...open.draft.boot, initrd: other } });
  expect(changesOf(changed)).toEqual({ boot: { kind: 'files', kernel, initrd: { path: '/boot/Other' } } });
  expect(settingsChange.safeParse(changesOf(changed)).success).toBe(true);
  expect(wordsFor('boot', changed.draft)).toMatchObject({ initrd: { name: 'Other' } });
});

test('files are still there after a look at something else', () => {
  const open = begin({ settings: own, revision: 1 });
  const away = change(open, { boot: { ...open.draft.boot, template: 'small' } });
  expect(changesOf(away)).toEqual({ boot: { kind: 'linux', kernel: 'small' } });
  expect(changedIn(change(away, { boot: { ...away.draft.boot, template: 'files' } }))).toEqual([]);
});

test('what others changed elsewhere is taken over, and what was typed stays', () => {
  const after = rebase(change(editing, { cores: 2 }), saved({ memory: 512 * MiB }));
  expect(after.clashes).toEqual([]);
  expect(after.merged).toEqual(['memory']);
  expect(after.draft.memory).toBe(512 * MiB);
  expect(changesOf(after)).toEqual({ cores: 2 });
  expect(after.base.revision).toBe(4);
});

test('the same field, changed twice: the later chooses, and may change their mind', () => {
  const after = rebase(change(editing, { cores: 2 }), saved({ cores: 4 }));
  expect(after.clashes).toEqual([{ field: 'cores', theirs: 4, yours: 2, choice: undefined }]);
  expect(after.draft.cores).toBe(2);
  const theirs = choose(after, 'cores', 'theirs');
  expect(changesOf(theirs)).toEqual({});
  expect(theirs.draft.cores).toBe(4);
  expect(changesOf(choose(theirs, 'cores', 'yours'))).toEqual({ cores: 2 });
  expect(takeBack(after, 'cores')).toEqual(theirs);
});

test('who goes on typing has chosen', () => {
  const after = change(rebase(change(editing, { name: 'db' }), saved({ name: 'shop' })), { name: 'db 2' });
  expect(after.clashes).toEqual([{ field: 'name', theirs: 'shop', yours: 'db 2', choice: 'yours' }]);
});

test('a text that is no value is kept against theirs too', () => {
  const after = rebase(change(editing, { memory: undefined }), saved({ memory: GiB }));
  expect(after.clashes).toMatchObject([{ field: 'memory', yours: undefined }]);
  expect(after.draft.memory).toBeUndefined();
});

test('theirs again: a choice for yours is asked anew, one for theirs follows', () => {
  const clash = rebase(change(editing, { cores: 2 }), saved({ cores: 4 }));
  const yours = rebase(choose(clash, 'cores', 'yours'), saved({ cores: 8 }, 5));
  expect(yours.clashes).toEqual([{ field: 'cores', theirs: 8, yours: 2, choice: undefined }]);
  const theirs = rebase(choose(clash, 'cores', 'theirs'), saved({ cores: 8 }, 5));
  expect(theirs.clashes).toEqual([{ field: 'cores', theirs: 8, yours: 2, choice: 'theirs' }]);
  expect(theirs.draft.cores).toBe(8);
});

test('a clash ends where they come to the same', () => {
  const clash = rebase(change(editing, { cores: 2 }), saved({ cores: 4 }));
  expect(rebase(clash, saved({ cores: 2 }, 5)).clashes).toEqual([]);
  const unrelated = rebase(clash, saved({ cores: 4, group: '' }, 5));
  expect(unrelated.clashes).toEqual(clash.clashes);
  expect(unrelated.merged).toEqual(['group']);
});

test('one’s own change coming back, or an older one, is nobody’s', () => {
  const changed = change(editing, { cores: 2 });
  expect(rebase(changed, saved({ cores: 2 }))).toMatchObject({ clashes: [], merged: [] });
  expect(rebase(changed, saved({ cores: 4 }, 3))).toBe(changed);
});

test('checks are those of what is typed', () => {
  const machines = [
    { id: 'a', settings },
    { id: 'b', settings: { ...settings, name: 'db' } },
  ] as Machine[];
  const info = { cpus: 4, limits: { cores: 8, memory: 4 * GiB } } as HostInfo;
  const around = { id: 'a', machines, info, status: { memoryFree: 2 * GiB } as HostStatus };
  const level = (changes: Parameters<typeof change>[1], field: keyof MachineSettings) =>
    checksOf({ ...draftOf(settings), ...changes }, around)[field].level;
  expect(Object.values(checksOf(draftOf(settings), around)).map((check) => check.level)).not.toContain('error');
  expect(level({ name: 'DB' }, 'name')).toBe('error');
  expect(level({ memory: 64 * MiB }, 'memory')).toBe('error');
  expect(level({ memory: 64 * MiB, boot: { ...draftOf(settings).boot, template: 'small' } }, 'memory')).toBe('ok');
  expect(level({ boot: { ...draftOf(settings).boot, template: 'files' } }, 'boot')).toBe('error');
});

test('what is up needs a restart for what is not only words', () => {
  const draft = { ...draftOf(settings), cores: 2, name: 'db' };
  expect(waitsForRestart(settings, draft)).toEqual(['cores']);
  expect(waitsForRestart(null, draft)).toEqual([]);
});
