import { expect, test } from 'vitest';
import { MiB } from '../../../shared/base/units.ts';
import type { MachineSettings } from '../../../shared/contract/machine.ts';
import { changedFields, conflictsOf, same, waitingForRestart } from './difference.ts';

const base: MachineSettings = {
  name: 'web',
  group: '',
  description: '',
  cores: 1,
  memory: 256 * MiB,
  boot: { kind: 'linux', kernel: 'stock' },
  commandLine: '',
  consoles: 1,
  transport: 'pci',
};

test('same by content', () => {
  expect(same({ kind: 'files', kernel: undefined }, { kind: 'files' })).toBe(true);
  expect(same({ kernel: { name: 'a', bytes: 1 } }, { kernel: { bytes: 1, name: 'a' } })).toBe(true);
  expect(same({ kernel: { name: 'a', bytes: 1 } }, { kernel: { name: 'a', bytes: 2 } })).toBe(false);
  expect(same(null, {})).toBe(false);
});

test('what waits for a restart', () => {
  expect(waitingForRestart({ settings: base, active: null })).toEqual([]);
  expect(waitingForRestart({ settings: base, active: { ...base, memory: 128 * MiB, cores: 2 } })).toEqual([
    'cores',
    'memory',
  ]);
});

test('two windows that changed different fields go together', () => {
  const { conflicts, onlyTheirs } = conflictsOf(base, { ...base, cores: 2 }, { ...base, memory: 512 * MiB });
  expect(conflicts).toEqual([]);
  expect(onlyTheirs).toEqual(['memory']);
});

test('two windows that changed one field differ in it', () => {
  const { conflicts, onlyTheirs } = conflictsOf(base, { ...base, cores: 2 }, { ...base, cores: 4, name: 'db' });
  expect(conflicts).toEqual([{ field: 'cores', base: 1, theirs: 4, yours: 2 }]);
  expect(onlyTheirs).toEqual(['name']);
});

test('the same change twice is no conflict', () => {
  const both = { ...base, cores: 4 };
  expect(conflictsOf(base, both, both).conflicts).toEqual([]);
  expect(changedFields(base, both)).toEqual(['cores']);
});
