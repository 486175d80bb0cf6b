import { expect, test } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import type { HostInfo, HostStatus } from '../../../shared/contract/host.ts';
import { type Machine, type MachineSettings, newMachine } from '../../../shared/contract/machine.ts';
import { preferences } from '../../../shared/contract/preferences.ts';
import type { ChosenFile } from '../files/chosen-file.ts';
import { argumentsOf, checksOf, firstDraft, mayCreate, nameOf } from './new-draft.ts';

const machines = [{ id: 'a', settings: { name: 'linux' } as MachineSettings } as Machine];
const info = { cpus: 4, limits: { cores: 8, memory: 4 * GiB } } as HostInfo;
const status = { memoryFree: 2 * GiB } as HostStatus;
const around = { machines, info, status };
const draft = firstDraft(preferences.parse({}).newMachine);
const image: ChosenFile = { name: 'Image.gz', bytes: 9, ref: { path: '/boot/Image.gz' }, text: 'gzip', usable: true };

test('everything has a default with which it can be created', () => {
  expect(mayCreate(checksOf(draft, around))).toBe(true);
  const args = argumentsOf(draft, machines);
  expect(args).toMatchObject({
    name: 'linux 2',
    cores: 1,
    memory: 256 * MiB,
    boot: { kind: 'linux', kernel: 'stock' },
  });
  expect(newMachine.safeParse(args).success).toBe(true);
});

test('the name follows the file until somebody types one', () => {
  expect(nameOf({ ...draft, template: 'files' }, machines)).toBe('machine');
  expect(nameOf({ ...draft, template: 'files', kernel: image }, machines)).toBe('Image');
  expect(nameOf({ ...draft, template: 'files', kernel: image, name: 'mine' }, machines)).toBe('mine');
});

test('files: at least a kernel or firmware, and none that cannot be used', () => {
  const files = { ...draft, template: 'files' as const };
  expect(checksOf(files, around).files).toEqual({ level: 'error', text: 'Choose a kernel or a firmware.' });
  expect(checksOf({ ...files, initrd: image }, around).files.level).toBe('error');
  expect(checksOf({ ...files, firmware: image }, around).files.level).toBe('ok');
  const text = { ...image, usable: false, text: 'Text' };
  expect(checksOf({ ...files, kernel: image, initrd: text }, around).files).toEqual({ level: 'error', text: 'Text' });
  expect(argumentsOf({ ...files, kernel: image }, machines).boot).toEqual({ kind: 'files', kernel: image.ref });
});

test('what is typed wrongly is in the way', () => {
  expect(mayCreate(checksOf({ ...draft, name: 'Linux' }, around))).toBe(false);
  expect(mayCreate(checksOf({ ...draft, cores: undefined }, around))).toBe(false);
  expect(mayCreate(checksOf({ ...draft, memory: 100 * MiB }, around))).toBe(false);
  expect(mayCreate(checksOf({ ...draft, template: 'small', memory: 100 * MiB }, around))).toBe(true);
  expect(mayCreate(checksOf({ ...draft, memory: 3 * GiB }, around))).toBe(true);
});
