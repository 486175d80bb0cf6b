import { expect, test } from 'vitest';
import { InnError } from '../../../shared/base/errors.ts';
import { MiB } from '../../../shared/base/units.ts';
import type { ArgsIn, Calls, ResultOf } from '../../../shared/contract/contract.ts';
import type { Machine, MachineSettings } from '../../../shared/contract/machine.ts';
import type { HostConnection } from '../../connection/host.ts';
import { saveSettings } from './save-settings.ts';
import { begin, change, choose } from './settings-draft.ts';

const settings: MachineSettings = {
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

/** Where somebody else saves `theirs`, one after the other, each just before one would. */
function hostWith(...theirs: Partial<MachineSettings>[]) {
  let machine = { id: 'a', settings, revision: 1 } as Machine;
  const sent: ArgsIn<'machine.edit'>[] = [];
  const host: Pick<HostConnection, 'call'> = {
    call: async <K extends Calls>(_method: K, args: ArgsIn<K>): Promise<ResultOf<K>> => {
      const edit = args as ArgsIn<'machine.edit'>;
      sent.push(edit);
      const other = theirs.shift();
      if (other) {
        machine = { ...machine, settings: { ...machine.settings, ...other }, revision: machine.revision + 1 };
      }
      if (edit.revision !== machine.revision) {
        throw new InnError('It was changed', {
          code: 'machine-changed',
          nextStep: 'Look at it.',
          details: { current: machine },
        });
      }
      machine = {
        ...machine,
        settings: { ...machine.settings, ...edit.changes } as MachineSettings,
        revision: machine.revision + 1,
      };
      return machine as ResultOf<K>;
    },
  };
  return { host, sent, now: () => machine.settings };
}

const editing = begin({ settings, revision: 1 });

test('what is not changed is not sent', async () => {
  const { host, sent } = hostWith();
  expect(await saveSettings(host, 'a', editing)).toBeNull();
  expect(sent).toEqual([]);
});

test('changes of two that do not touch go together', async () => {
  const { host, sent, now } = hostWith({ memory: 512 * MiB }, { group: 'Lab' });
  expect(await saveSettings(host, 'a', change(editing, { cores: 2 }))).toBeNull();
  expect(sent.map(({ revision }) => revision)).toEqual([1, 2, 3]);
  expect(now()).toMatchObject({ cores: 2, memory: 512 * MiB, group: 'Lab' });
});

test('the later of two that changed one field is shown the difference, loses nothing, and decides', async () => {
  const { host, sent, now } = hostWith({ cores: 4 });
  const after = await saveSettings(host, 'a', change(editing, { cores: 2, name: 'db' }));
  expect(after?.clashes).toEqual([{ field: 'cores', theirs: 4, yours: 2, choice: undefined }]);
  expect(after?.draft).toMatchObject({ cores: 2, name: 'db' });
  expect(sent).toHaveLength(1);
  expect(now()).toMatchObject({ cores: 4, name: 'web' });
  expect(await saveSettings(host, 'a', choose(after ?? editing, 'cores', 'yours'))).toBeNull();
  expect(now()).toMatchObject({ cores: 2, name: 'db' });
});

test('what else the host says is thrown', async () => {
  const gone = new InnError('There is no such machine', { code: 'no-such-machine', nextStep: 'Look into the trash.' });
  const host: Pick<HostConnection, 'call'> = { call: () => Promise.reject(gone) };
  await expect(saveSettings(host, 'a', change(editing, { cores: 2 }))).rejects.toBe(gone);
});
