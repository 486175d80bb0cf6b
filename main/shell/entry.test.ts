/** The main process from its first line, over a stand-in for Electron. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import { electronModule, type FakeElectron, newElectron } from '../../tests/fixtures/electron-module.ts';

const desktop = vi.hoisted(() => ({ start: vi.fn(), show: vi.fn(), openFile: vi.fn(), made: vi.fn() }));
vi.mock('./app.ts', () => ({
  DesktopApp: class {
    start = desktop.start;
    show = desktop.show;
    openFile = desktop.openFile;
    constructor() {
      desktop.made();
    }
  },
}));
vi.mock('./installation.ts', () => ({ findInstallation: () => ({ window: '/window', icons: '/icons' }) }));

const root = mkdtempSync(path.join(tmpdir(), 'inn-entry-'));
afterAll(() => rmSync(root, { recursive: true }));
const HOME = path.join(root, 'home');
let electron: FakeElectron;

beforeEach(() => {
  vi.stubEnv('INN_HOME', HOME);
  vi.resetModules();
  // What goes wrong here is for the test to see
  vi.spyOn(process, 'on').mockImplementation(() => process);
  // The entry file runs anew, over the stand-in that is known here
  vi.doMock('electron', electronModule);
  electron = newElectron();
  for (const mock of Object.values(desktop)) mock.mockReset();
  desktop.start.mockResolvedValue(true);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const run = () => import('./shell.entry.ts');

it('locks Chromium and keeps crash reports here, before anything else', async () => {
  await run();
  const { app, crashReporter, protocol } = electron.module;
  expect(app.enableSandbox).toHaveBeenCalled();
  expect(crashReporter.start).toHaveBeenCalledWith({ uploadToServer: false });
  expect(app.setPath).toHaveBeenCalledWith('crashDumps', path.join(HOME, 'crashes'));
  expect(protocol.registerSchemesAsPrivileged).toHaveBeenCalledWith([
    // Neither bypasses the page's policy nor lets pages fetch
    { scheme: 'app', privileges: { standard: true, secure: true } },
  ]);
  expect(desktop.made).not.toHaveBeenCalled();
});

it('is one app for each data folder: the second one hands its files over and ends', async () => {
  electron.state.firstInstance = false;
  await run();
  electron.ready();
  expect(electron.module.app.setPath).toHaveBeenCalledWith('userData', path.join(HOME, 'chromium'));
  expect(electron.module.app.quit).toHaveBeenCalledOnce();
  await new Promise(setImmediate);
  expect(desktop.made).not.toHaveBeenCalled();
});

it('opens files that came before it was up, and those of a second start', async () => {
  await run();
  const preventDefault = vi.fn();
  electron.module.app.emit('open-file', { preventDefault }, '/tmp/early.elf');
  expect(preventDefault).toHaveBeenCalled();
  electron.ready();
  await vi.waitFor(() => expect(desktop.openFile.mock.calls).toEqual([['/tmp/early.elf']]));
  electron.module.app.emit('second-instance', {}, ['/opt/innkeeper', 'late.elf'], '/tmp');
  expect(desktop.openFile).toHaveBeenLastCalledWith(path.resolve('/tmp/late.elf'));
  expect(desktop.show).toHaveBeenCalledOnce();
});

it('opens nothing when the user gave up on the host', async () => {
  desktop.start.mockResolvedValue(false);
  await run();
  electron.module.app.emit('open-file', { preventDefault: () => {} }, '/tmp/a.elf');
  electron.ready();
  await vi.waitFor(() => expect(desktop.start).toHaveBeenCalled());
  await new Promise(setImmediate);
  expect(desktop.openFile).not.toHaveBeenCalled();
});

it('ends with a report when it fails', async () => {
  desktop.start.mockRejectedValue(new Error('out of luck'));
  await run();
  electron.ready();
  await vi.waitFor(() => expect(electron.module.app.exit).toHaveBeenCalledWith(70));
  expect(electron.errors[0]?.title).toBe('Innkeeper has a fault and must end');
  const file = /A report is in (.*)\.$/.exec(electron.errors[0]?.text ?? '')?.[1] ?? '';
  expect(file.startsWith(path.join(HOME, 'crashes'))).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain('Error: out of luck');
});

it('says so where the data folder cannot be one', async () => {
  const file = path.join(root, 'file');
  writeFileSync(file, '');
  vi.stubEnv('INN_HOME', file);
  await run();
  expect(electron.errors[0]?.title).toMatch(/^The data folder cannot be used: /);
  expect(electron.errors[0]?.text).toContain('INN_HOME');
  expect(electron.module.app.exit).toHaveBeenCalledWith(70);
});
