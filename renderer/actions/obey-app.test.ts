import { beforeEach, expect, test, vi } from 'vitest';
import type { Bridge } from '../connection/bridge.ts';
import type { Host } from '../connection/host.ts';
import { useDialogs } from '../state/dialogs.ts';
import { selectedId, showHome } from '../state/navigate.ts';
import { useHostState } from '../state/stores.ts';
import { registerActions } from './actions.ts';
import { obeyApp } from './obey-app.ts';

const run = vi.fn();
registerActions([
  { id: 'test.window', label: () => '', scope: 'window', writes: false, run },
  { id: 'test.machine', label: () => '', scope: 'machine', writes: false, run },
]);

let ask: Parameters<NonNullable<Bridge['onAction']>>[0];
const call = vi.fn();
const machine = { id: 'abcdefghij12' };

beforeEach(() => {
  run.mockReset();
  call.mockReset();
  showHome();
  useHostState.setState({ machines: [machine] } as never);
  const bridge: Bridge = {
    requestPort: () => {},
    onAction: (listener) => {
      ask = listener;
    },
  };
  obeyApp(bridge, { door: 'app', call } as unknown as Host);
});

test('a menu runs an action of the window', () => {
  ask('test.window');
  expect(run).toHaveBeenCalledOnce();
});

test('tray and notifications show the machine first, which need not be the chosen one', () => {
  ask('test.machine', { machine: machine.id });
  expect(selectedId()).toBe(machine.id);
  expect(run.mock.calls[0]?.[0]).toMatchObject({ machine });
});

test('a machine that is gone since is nobody else’s turn', () => {
  ask('test.machine', { machine: 'gone' });
  expect(run).not.toHaveBeenCalled();
  expect(selectedId()).toBeNull();
});

test('a program that was opened is filled in for a new machine', async () => {
  call.mockResolvedValue({ name: 'hello.elf', bytes: 2048, kind: 'elf', text: 'ELF program' });
  ask('machine.new', { file: '/tmp/hello.elf' });
  await vi.waitFor(() =>
    expect(useDialogs.getState().open).toMatchObject({
      kind: 'new',
      firmware: { name: 'hello.elf', ref: { path: '/tmp/hello.elf' }, usable: true },
    }),
  );
  expect(call).toHaveBeenCalledWith('file.inspect', { file: { path: '/tmp/hello.elf' } });
});
