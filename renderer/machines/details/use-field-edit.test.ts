import { expect, test } from 'vitest';
import { InnError } from '../../../shared/base/errors.ts';
import type { ArgsIn, Calls, ResultOf } from '../../../shared/contract/contract.ts';
import type { Machine, MachineSettings } from '../../../shared/contract/machine.ts';
import type { HostConnection } from '../../connection/host.ts';
import { saveField } from './use-field-edit.ts';

function machineWith(revision: number, settings: Partial<MachineSettings>): Machine {
  return { id: 'm', revision, settings: { name: 'web', cores: 1, ...settings } } as Machine;
}

/** A host that has `machine`, as far as `machine.edit` goes. */
function hostWith(machine: Machine): Pick<HostConnection, 'call'> & { machine: Machine } {
  const host = {
    machine,
    call: async <K extends Calls>(method: K, args: ArgsIn<K>): Promise<ResultOf<K>> => {
      expect(method).toBe('machine.edit');
      const { revision, changes } = args as ArgsIn<'machine.edit'>;
      const { machine: now } = host;
      if (revision !== now.revision) {
        throw new InnError('changed', { code: 'machine-changed', nextStep: 'look', details: { current: now } });
      }
      host.machine = machineWith(revision + 1, { ...now.settings, ...(changes as Partial<MachineSettings>) });
      return host.machine as ResultOf<K>;
    },
  };
  return host;
}

test('saves what nobody else touched', async () => {
  const host = hostWith(machineWith(1, {}));
  await saveField(host, 'm', 'cores', { revision: 1, value: 1 }, 4);
  expect(host.machine.settings.cores).toBe(4);
});

test('a change of another field meanwhile stays', async () => {
  const host = hostWith(machineWith(7, { name: 'db' }));
  const result = await saveField(host, 'm', 'cores', { revision: 1, value: 1 }, 4);
  expect(result.kind).toBe('saved');
  expect(host.machine.settings).toMatchObject({ name: 'db', cores: 4 });
});

test('a change of the same field is not overwritten, but shown', async () => {
  const host = hostWith(machineWith(2, { cores: 2 }));
  const result = await saveField(host, 'm', 'cores', { revision: 1, value: 1 }, 4);
  expect(result).toMatchObject({ kind: 'conflict', current: { settings: { cores: 2 } } });
  expect(host.machine.settings.cores).toBe(2);
});

test('other errors are the caller’s', async () => {
  const host = { call: () => Promise.reject(new InnError('no', { code: 'name-taken', nextStep: 'x' })) };
  await expect(saveField(host, 'm', 'name', { revision: 1, value: 'a' }, 'b')).rejects.toMatchObject({
    code: 'name-taken',
  });
});
