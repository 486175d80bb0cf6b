import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeContents, type FakeElectron, newElectron } from '../../tests/fixtures/electron-module.ts';
import { answerRequests } from './requests.ts';

vi.mock('electron', () => import('../../tests/fixtures/electron-module.ts').then((module) => module.electronModule()));

const HOME = path.resolve('/home/somebody/.innkeeper');
let electron: FakeElectron;
const parts = { connect: vi.fn(), onReady: vi.fn(), openConsole: vi.fn(), restart: vi.fn() };

beforeEach(() => {
  vi.stubEnv('INN_HOME', HOME);
  electron = newElectron();
  for (const part of Object.values(parts)) part.mockReset();
  parts.connect.mockRejectedValue(new Error('no host'));
  answerRequests(parts);
});
afterEach(() => vi.unstubAllEnvs());

it.each([
  ['another origin', { parent: null, url: 'https://example.org/' }],
  ['a frame in our page', { parent: {}, url: 'app://innkeeper/' }],
  ['a frame that is gone', null],
])('hears nothing from %s', async (_who, frame) => {
  const contents = new FakeContents();
  electron.tell('request-port', contents, frame);
  electron.tell('ready-for-actions', contents, frame);
  electron.call('open-console', ['abcdefghij12', 'hvc0'], frame);
  await electron.call('open-external', ['https://example.org/'], frame);
  electron.call('show-item', [path.join(HOME, 'machines')], frame);
  electron.call('restart', [], frame);
  for (const part of Object.values(parts)) expect(part).not.toHaveBeenCalled();
  expect(electron.module.shell.openExternal).not.toHaveBeenCalled();
  expect(electron.module.shell.showItemInFolder).not.toHaveBeenCalled();
});

it('hears a page of ours, in a console’s window as well', () => {
  const contents = new FakeContents();
  electron.tell('ready-for-actions', contents);
  electron.tell('request-port', contents, { parent: null, url: 'app://innkeeper/#/console/abcdefghij12/hvc0' });
  expect(parts.onReady).toHaveBeenCalledWith(contents);
  expect(parts.connect).toHaveBeenCalledOnce();
});

it('opens by the browser what is of the web, and nothing else', async () => {
  for (const address of ['file:///etc/passwd', 'smb://host/share', 'app://innkeeper/', 7, undefined]) {
    await electron.call('open-external', [address]);
  }
  expect(electron.module.shell.openExternal).not.toHaveBeenCalled();
  await electron.call('open-external', ['https://example.org/']);
  expect(electron.module.shell.openExternal).toHaveBeenCalledWith('https://example.org/');
});

it('shows in the file manager only what is the host’s', () => {
  const { showItemInFolder } = electron.module.shell;
  for (const item of ['/etc', HOME, `${HOME}-other/x`, path.join(HOME, '../x'), 7]) electron.call('show-item', [item]);
  expect(showItemInFolder).not.toHaveBeenCalled();
  const folder = path.join(HOME, 'machines/abc');
  electron.call('show-item', [folder]);
  expect(showItemInFolder).toHaveBeenCalledWith(folder);
});

it('opens consoles by their names', () => {
  electron.call('open-console', ['abcdefghij12', 'hvc0']);
  electron.call('open-console', [{}, 'hvc0']);
  expect(parts.openConsole.mock.calls).toEqual([['abcdefghij12', 'hvc0']]);
});
