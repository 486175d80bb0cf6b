/** The desktop app over a stand-in for Electron: what it asks of Electron, and what it does with the answers. */
import { EventEmitter, on } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InnError } from '../../shared/base/errors.ts';
import type { EventOf, Handlers } from '../../shared/contract/contract.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import { type Preferences, preferences } from '../../shared/contract/preferences.ts';
import { connect } from '../../shared/rpc/client.ts';
import { wirePair } from '../../shared/rpc/pair.ts';
import { serve } from '../../shared/rpc/server.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { type FakeElectron, newElectron } from '../../tests/fixtures/electron-module.ts';
import type { EntryEnd } from '../service/owner.ts';
import { portWire } from '../wires/port-wire.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-shell-'));
afterAll(() => rmSync(root, { recursive: true }));

vi.mock('electron', () => import('../../tests/fixtures/electron-module.ts').then((module) => module.electronModule()));
const entered = vi.hoisted(() => ({ entries: [] as unknown[] }));
vi.mock('../service/owner.ts', () => ({
  enter: async () => {
    const next = entered.entries.shift();
    if (next instanceof Error) throw next;
    return next;
  },
}));
const stopHost = vi.hoisted(() => vi.fn(async () => true));
vi.mock('../service/attach.ts', () => ({ stopHost }));

function machine(state: Machine['state']): Machine {
  return {
    id: 'abcdefghij12',
    state,
    since: 0,
    settings: {
      name: 'web',
      description: '',
      group: '',
      cores: 1,
      memory: 2 ** 28,
      boot: { kind: 'linux', kernel: 'stock' },
      commandLine: '',
      consoles: 1,
      transport: 'pci',
    },
    revision: 1,
    active: null,
    createdAt: 0,
    folder: '/data/machines/abcdefghij12',
    consoles: [{ id: 'hvc0', kind: 'virtio' }],
    failure: null,
    bootMs: null,
  };
}

type MachineEvent = EventOf<'machine.watch'>;

/** A host with one machine, that remembers what it was asked for. */
function fakeHost(state: Machine['state'], preferred: Partial<Preferences> = {}, role: 'owner' | 'attached' = 'owner') {
  const calls: [method: string, args: unknown][] = [];
  const wires: Wire[] = [];
  const later = new EventEmitter();
  const streams: Partial<Handlers> = {
    'machine.watch': async function* (_args, signal) {
      yield { kind: 'all', machines: [machine(state)] };
      // Its end, as of all that a fake waits for, is the test's
      for await (const [event] of on(later, 'machine', { signal })) yield event as MachineEvent;
    },
    'preferences.watch': async function* (_args, signal) {
      yield { ...preferences.parse({}), ...preferred };
      await untilAborted(signal);
    },
    'operation.watch': async function* (_args, signal) {
      yield { kind: 'all', operations: [] };
      for await (const [event] of on(later, 'operation', { signal })) yield event as EventOf<'operation.watch'>;
    },
  };
  const handlers = new Proxy(streams, {
    get: (target, method: string) =>
      target[method as 'machine.watch'] ??
      (async (args: unknown) => {
        calls.push([method, args]);
        return method === 'preferences.set' ? preferences.parse({}) : null;
      }),
  }) as Handlers;
  const ended = Promise.withResolvers<EntryEnd>();
  const entry = {
    role,
    connect: async () => {
      const [here, there] = wirePair();
      wires.push(there);
      serve(there, { handlers, version: '0', kind: 'app', access: 'write' });
      return here;
    },
    running: () => 0,
    onRunning: () => {},
    release: vi.fn(async () => {}),
    ended: ended.promise,
  };
  return { calls, entry, wires, later, end: ended.resolve };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

let electron: FakeElectron;
const report = vi.fn((_error: unknown) => '/data/crashes/crash.txt');

beforeEach(() => {
  vi.stubEnv('INN_HOME', path.join(root, 'home'));
  mkdirSync(path.join(root, 'home'), { recursive: true });
  mkdirSync(path.join(root, 'window'), { recursive: true });
  writeFileSync(path.join(root, 'window/index.html'), '');
  electron = newElectron();
  report.mockClear();
  stopHost.mockClear();
});
afterEach(() => vi.unstubAllEnvs());

async function make() {
  const { DesktopApp } = await import('./app.ts');
  return new DesktopApp({ window: path.join(root, 'window'), icons: root }, report);
}

async function start(...[state = 'powered-off', preferred, role]: Partial<Parameters<typeof fakeHost>>) {
  const host = fakeHost(state, preferred, role);
  entered.entries = [host.entry];
  const desktop = await make();
  expect(await desktop.start()).toBe(true);
  const [window] = electron.windows;
  if (!window) throw new Error('no window was opened');
  // The app has heard from the host
  if (state === 'running') await vi.waitFor(() => expect(electron.trays).toHaveLength(1));
  return { desktop, host, window };
}

/** What a mock was called with. */
const calls = (mock: unknown) => (mock as { mock: { calls: unknown[][] } }).mock.calls;

it('opens one window on its own page, and brings it to the front for who starts the app again', async () => {
  const { window, desktop } = await start();
  expect(window.address).toBe('app://innkeeper/');
  window.minimized = true;
  desktop.show();
  expect(electron.windows).toHaveLength(1);
  expect(window.restore).toHaveBeenCalled();
  expect(window.focus).toHaveBeenCalled();
});

it('answers the addresses of the window from its own files', async () => {
  await start();
  const [scheme, answer] = calls(electron.module.protocol.handle)[0] as [
    string,
    (request: object) => Promise<Response>,
  ];
  expect(scheme).toBe('app');
  const page = await answer({ url: 'app://innkeeper/' });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
  expect((await answer({ url: 'app://innkeeper/etc/passwd' })).status).toBe(404);
});

it('gives the window a wire to the host', async () => {
  const { window, host } = await start();
  electron.tell('request-port', window.webContents);
  await vi.waitFor(() => expect(window.webContents.sent).toHaveLength(1));
  const [channel, port] = window.webContents.sent[0] ?? [];
  expect(channel).toBe('port');
  const client = await connect(portWire(port as never), { version: '0' });
  await client.call('host.awake', {});
  expect(host.calls).toEqual([['host.awake', {}]]);
  client.close();
});

it('remembers where the window was', async () => {
  const { window } = await start();
  window.options.x = 77;
  window.close();
  const file = path.join(root, 'home/window.json');
  await vi.waitFor(() => expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ bounds: { x: 77 } }));
  electron = newElectron();
  const { window: next } = await start();
  expect(next.options.x).toBe(77);
});

it('looks as the user prefers, also where the operating system draws', async () => {
  await start('powered-off', { theme: 'light' });
  await vi.waitFor(() => expect(electron.module.nativeTheme.themeSource).toBe('light'));
});

describe('closing', () => {
  it('takes no word while nothing runs, and then the app ends', async () => {
    const { window, host } = await start();
    expect(window.close()).toBe(true);
    expect(electron.asked).toEqual([]);
    electron.module.app.emit('window-all-closed');
    expect(electron.module.app.quit).toHaveBeenCalledOnce();
    const preventDefault = vi.fn();
    electron.module.app.emit('will-quit', { preventDefault });
    expect(host.entry.release).toHaveBeenCalledWith('power-off');
    await vi.waitFor(() => expect(electron.module.app.quit).toHaveBeenCalledTimes(2));
  });

  it('asks while a machine runs, once, and keeps it running in the tray', async () => {
    const { window, host } = await start('running');
    expect(window.close()).toBe(false);
    expect(window.close()).toBe(false);
    await vi.waitFor(() => expect(window.visible).toBe(false));
    expect(electron.asked.map(({ message }) => message)).toEqual(['web is running']);
    expect(host.calls).toEqual([]);
    expect(electron.module.app.quit).not.toHaveBeenCalled();
  });

  it.each([
    [1, 'shut-down'],
    [2, 'power-off'],
  ] as const)(
    'ends guests by button %d, remembers that as the user wants it, and quits',
    async (response, machines) => {
      const { window, host } = await start('running');
      electron.state.answer = { response, checkboxChecked: true };
      window.close();
      await vi.waitFor(() => expect(electron.module.app.quit).toHaveBeenCalled());
      expect(host.calls).toEqual([
        ['preferences.set', { onClose: machines }],
        ['host.stop', { machines }],
      ]);
      expect(window.close()).toBe(true);
    },
  );

  it('is off when the user cancels', async () => {
    const { window, host } = await start('running');
    electron.state.answer = { response: 3, checkboxChecked: true };
    window.close();
    await vi.waitFor(() => expect(electron.asked).toHaveLength(1));
    expect(window.visible).toBe(true);
    expect(host.calls).toEqual([]);
  });

  it('asks nothing where the guests are another’s, and run on', async () => {
    const { window } = await start('running', {}, 'attached');
    expect(window.close()).toBe(true);
    expect(electron.asked).toEqual([]);
  });

  it('does without a question what the user prefers; quitting is asked about as well', async () => {
    const { window } = await start('running', { onClose: 'keep-running' });
    expect(window.close()).toBe(false);
    await vi.waitFor(() => expect(window.visible).toBe(false));
    expect(electron.asked).toEqual([]);
    const preventDefault = vi.fn();
    electron.module.app.emit('before-quit', { preventDefault });
    expect(preventDefault).toHaveBeenCalled();
    await vi.waitFor(() => expect(electron.asked).toHaveLength(1));
  });

  it('starts anew when the window asks for that, and not when the user then changes their mind', async () => {
    await start();
    electron.call('restart', []);
    expect(electron.module.app.relaunch).not.toHaveBeenCalled();
    electron.module.app.emit('will-quit', { preventDefault: () => {} });
    electron.module.app.emit('will-quit', { preventDefault: () => {} });
    expect(electron.module.app.relaunch).toHaveBeenCalledOnce();

    electron = newElectron();
    await start('running');
    electron.state.answer = { response: 3, checkboxChecked: false };
    electron.call('restart', []);
    electron.module.app.emit('before-quit', { preventDefault: () => {} });
    await vi.waitFor(() => expect(electron.asked).toHaveLength(1));
    await new Promise(setImmediate);
    electron.module.app.emit('will-quit', { preventDefault: () => {} });
    electron.module.app.emit('will-quit', { preventDefault: () => {} });
    expect(electron.module.app.relaunch).not.toHaveBeenCalled();
  });
});

describe('the tray', () => {
  it('is there while guests run, names them, and leads back to the window', async () => {
    const { window, host } = await start('running');
    const [tray] = electron.trays;
    expect(tray?.tip).toBe('Innkeeper: 1 machine is running');
    expect(tray?.menu.map(({ label }) => label)).toContain('web (running)');
    window.hide();
    tray?.emit('click');
    expect(window.visible).toBe(true);
    tray?.menu[2]?.submenu?.find(({ label }) => label === 'Shut Down')?.click?.();
    await vi.waitFor(() => expect(host.calls).toMatchObject([['machine.shutDown', { id: 'abcdefghij12' }]]));
    host.later.emit('machine', { kind: 'changed', machine: machine('powered-off') });
    await vi.waitFor(() => expect(tray?.destroyed).toBe(true));
  });

  it('changes its colour with the desktop’s', async () => {
    await start('running');
    const [tray] = electron.trays;
    expect(tray?.image).toMatch(/tray-dark\.png$/);
    electron.module.nativeTheme.shouldUseDarkColors = false;
    electron.module.nativeTheme.emit('updated');
    expect(tray?.image).toMatch(/tray-light\.png$/);
  });
});

describe('sleep', () => {
  it('is held off the app exactly while its guests run', async () => {
    const { host } = await start('running');
    const { start: hold, stop } = electron.module.powerSaveBlocker;
    expect(calls(hold)).toEqual([['prevent-app-suspension']]);
    host.later.emit('machine', { kind: 'changed', machine: machine('powered-off') });
    await vi.waitFor(() => expect(stop).toHaveBeenCalledWith(1));
  });

  it('is followed by guests setting their clocks', async () => {
    const { host } = await start('running');
    electron.module.powerMonitor.emit('resume');
    await vi.waitFor(() => expect(host.calls).toEqual([['host.awake', {}]]));
  });

  it('for good: the guests are shut down without a question', async () => {
    const { host } = await start('running');
    const preventDefault = vi.fn();
    electron.module.powerMonitor.emit('shutdown', { preventDefault });
    expect(preventDefault).toHaveBeenCalled();
    await vi.waitFor(() => expect(electron.module.app.quit).toHaveBeenCalled());
    expect(host.calls).toEqual([['host.stop', { machines: 'shut-down' }]]);
    expect(electron.asked).toEqual([]);
  });
});

describe('actions', () => {
  it('wait for the window until it hears them, and again after a new page', async () => {
    const { window, desktop } = await start();
    const { sent } = window.webContents;
    desktop.openFile('/tmp/a.elf');
    expect(sent).toEqual([]);
    electron.tell('ready-for-actions', window.webContents);
    expect(sent.splice(0)).toEqual([['action', 'machine.new', { file: '/tmp/a.elf' }]]);
    desktop.openFile('/tmp/b.elf');
    expect(sent.splice(0)).toEqual([['action', 'machine.new', { file: '/tmp/b.elf' }]]);
    window.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    desktop.openFile('/tmp/c.elf');
    expect(sent).toEqual([]);
  });

  it('come from the menu', async () => {
    const { window } = await start();
    electron.tell('ready-for-actions', window.webContents);
    const [menu] = calls(electron.module.Menu.setApplicationMenu)[0] as [(typeof electron.trays)[0]['menu']];
    menu
      .flatMap(({ submenu }) => submenu ?? [])
      .find(({ label }) => label === 'Preferences')
      ?.click?.();
    expect(window.webContents.sent).toEqual([['action', 'preferences.open', undefined]]);
  });
});

describe('notifications', () => {
  const aborted = () => ({ kind: 'changed', machine: machine('aborted') });

  it('say that a machine was aborted, and lead to it', async () => {
    const { host, window } = await start('running');
    electron.tell('ready-for-actions', window.webContents);
    host.later.emit('machine', aborted());
    await vi.waitFor(() => expect(electron.notifications).toHaveLength(1));
    expect(electron.notifications[0]?.options.title).toBe('web was aborted');
    electron.notifications[0]?.emit('click');
    expect(window.webContents.sent).toEqual([['action', 'machine.show', { machine: 'abcdefghij12' }]]);
  });

  it('are not for who looks at the window, nor for who wants none', async () => {
    const { host, window } = await start('running');
    electron.state.focused = window;
    host.later.emit('machine', aborted());
    await vi.waitFor(() => expect(electron.trays[0]?.destroyed).toBe(true));
    expect(electron.notifications).toEqual([]);

    electron = newElectron();
    const other = await start('running', { notifications: false });
    other.host.later.emit('machine', aborted());
    await vi.waitFor(() => expect(electron.trays[0]?.destroyed).toBe(true));
    expect(electron.notifications).toEqual([]);
  });
});

describe('the host', () => {
  it('that broke and is back is followed again', async () => {
    const { host, window } = await start('running');
    for (const wire of host.wires.splice(0)) wire.close();
    await vi.waitFor(() => expect(electron.module.powerSaveBlocker.stop).toHaveBeenCalled());
    await vi.waitFor(() => expect(host.wires).toHaveLength(1), 5000);
    await vi.waitFor(() => expect(electron.module.powerSaveBlocker.start).toHaveBeenCalledTimes(2));
    expect(window.close()).toBe(false);
  });

  it('whose owner is gone is taken over', async () => {
    const { host } = await start('powered-off', {}, 'attached');
    const next = fakeHost('running');
    entered.entries = [next.entry];
    host.end({ kind: 'owner-gone' });
    await vi.waitFor(() => expect(electron.module.powerSaveBlocker.start).toHaveBeenCalled());
  });

  it('that broke again and again leaves a report, and is tried once more', async () => {
    const { host } = await start();
    const next = fakeHost('running');
    entered.entries = [next.entry];
    host.end({ kind: 'died', report: 'TypeError: of no avail' });
    await vi.waitFor(() => expect(electron.module.powerSaveBlocker.start).toHaveBeenCalled());
    expect(String(report.mock.calls[0]?.[0])).toContain('of no avail');
    expect(electron.errors[0]?.text).toContain('/data/crashes/crash.txt');
  });

  it('that somebody ended ends the app', async () => {
    const { host } = await start();
    host.end({ kind: 'stopped', requested: true });
    await vi.waitFor(() => expect(electron.module.app.quit).toHaveBeenCalled());
  });

  it('of another version is ended and started anew, when the user agrees', async () => {
    const mismatch = new InnError('Another version', { code: 'host-version-mismatch', nextStep: 'Restart it.' });
    entered.entries = [mismatch, fakeHost('powered-off').entry];
    expect(await (await make()).start()).toBe(true);
    expect(electron.asked[0]).toMatchObject({ message: 'Another version', detail: 'Restart it.' });
    expect(stopHost).toHaveBeenCalledWith({ machines: 'shut-down' });
  });

  it('that cannot start is given up on, when the user wants that', async () => {
    entered.entries = [new InnError('No room', { code: 'data-folder-unusable', nextStep: 'Make some.' })];
    electron.state.answer = { response: 1, checkboxChecked: false };
    expect(await (await make()).start()).toBe(false);
    expect(electron.module.app.quit).toHaveBeenCalled();
    expect(electron.windows).toEqual([]);
  });
});
