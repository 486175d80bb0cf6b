/** The desktop app over a stand-in for Electron: what it asks of Electron, and what it does with the answers. */
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import { preferences } from '../../shared/contract/preferences.ts';
import { connect } from '../../shared/rpc/client.ts';
import { wirePair } from '../../shared/rpc/pair.ts';
import { serve } from '../../shared/rpc/server.ts';
import { portWire } from '../wires/port-wire.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-shell-'));
afterAll(() => rmSync(root, { recursive: true }));

class FakeContents extends EventEmitter {
  readonly sent: unknown[][] = [];
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  send(...message: unknown[]) {
    this.sent.push(message);
  }
  postMessage(channel: string, _data: unknown, ports: unknown[]) {
    this.sent.push([channel, ...ports]);
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }) {
    this.openHandler = handler;
  }
}

class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  static getFocusedWindow() {
    return null;
  }
  readonly webContents = new FakeContents();
  readonly options: { webPreferences: Record<string, unknown> };
  visible = false;
  address = '';
  constructor(options: { webPreferences: Record<string, unknown> }) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
  }
  async loadURL(address: string) {
    this.address = address;
    this.emit('ready-to-show');
  }
  show() {
    this.visible = true;
  }
  hide() {
    this.visible = false;
  }
  focus() {}
  isMinimized() {
    return false;
  }
  isMaximized() {
    return false;
  }
  isVisible() {
    return this.visible;
  }
  getNormalBounds() {
    return { x: 0, y: 0, width: 1280, height: 800 };
  }
  /** The user closes it. False where that was prevented. */
  close(): boolean {
    let prevented = false;
    this.emit('close', {
      preventDefault: () => {
        prevented = true;
      },
    });
    if (!prevented) this.emit('closed');
    return !prevented;
  }
}

const electron = vi.hoisted(() => ({ current: {} as Record<string, unknown> }));
vi.mock('electron', () => {
  const part = (name: string) =>
    new Proxy(function stub() {}, {
      get: (_target, key) => Reflect.get(electron.current[name] as object, key),
      construct: (_target, args) => Reflect.construct(electron.current[name] as never, args),
    });
  const names = [
    'app',
    'BrowserWindow',
    'dialog',
    'ipcMain',
    'Menu',
    'MessageChannelMain',
    'Notification',
    'nativeTheme',
  ];
  names.push('powerMonitor', 'powerSaveBlocker', 'protocol', 'screen', 'session', 'shell', 'Tray');
  return Object.fromEntries(names.map((name) => [name, part(name)]));
});
const entered = vi.hoisted(() => ({ entry: {} as unknown }));
vi.mock('../service/owner.ts', () => ({ enter: async () => entered.entry }));

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

/** A host with one machine, that remembers what it was asked for. */
function fakeHost(state: Machine['state']) {
  const calls: [method: string, args: unknown][] = [];
  const streams: Partial<Handlers> = {
    'machine.watch': async function* (_args, signal) {
      yield { kind: 'all', machines: [machine(state)] };
      await untilAborted(signal);
    },
    'preferences.watch': async function* (_args, signal) {
      yield preferences.parse({});
      await untilAborted(signal);
    },
    'operation.watch': async function* (_args, signal) {
      yield { kind: 'all', operations: [] };
      await untilAborted(signal);
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
  const ended = Promise.withResolvers<unknown>();
  const entry = {
    role: 'owner',
    connect: async () => {
      const [here, there] = wirePair();
      serve(there, { handlers, version: '0', kind: 'app', access: 'write' });
      return here;
    },
    running: () => 0,
    onRunning: () => {},
    release: vi.fn(async () => {}),
    ended: ended.promise,
  };
  return { calls, entry };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

let ipc: EventEmitter & { handle?: unknown };
let handlers: Map<string, (...args: never[]) => unknown>;
let quit: ReturnType<typeof vi.fn>;
let answer: { response: number; checkboxChecked: boolean };
let asked: string[];
let external: string[];

beforeEach(() => {
  vi.stubEnv('INN_HOME', path.join(root, 'home'));
  mkdirSync(path.join(root, 'window'), { recursive: true });
  writeFileSync(path.join(root, 'window/index.html'), '');
  FakeWindow.all.length = 0;
  handlers = new Map();
  ipc = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: (...args: never[]) => unknown) => handlers.set(channel, handler),
  });
  quit = vi.fn();
  answer = { response: 0, checkboxChecked: false };
  asked = [];
  external = [];
  electron.current = {
    app: Object.assign(new EventEmitter(), { quit, getName: () => 'Innkeeper', relaunch: vi.fn() }),
    BrowserWindow: FakeWindow,
    dialog: {
      showMessageBox: async (_window: unknown, { message }: { message: string }) => {
        asked.push(message);
        return answer;
      },
      showErrorBox: (title: string) => asked.push(title),
    },
    ipcMain: ipc,
    Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: vi.fn() },
    MessageChannelMain: MessageChannel,
    Notification: { isSupported: () => false },
    nativeTheme: { shouldUseDarkColors: true },
    powerMonitor: new EventEmitter(),
    powerSaveBlocker: { start: vi.fn(() => 1), stop: vi.fn() },
    protocol: { handle: vi.fn() },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    session: {
      defaultSession: {
        setPermissionRequestHandler: vi.fn(),
        setPermissionCheckHandler: vi.fn(),
        setDevicePermissionHandler: vi.fn(),
      },
    },
    shell: { openExternal: async (url: string) => external.push(url), showItemInFolder: vi.fn() },
    Tray: class {
      setToolTip() {}
      setContextMenu() {}
      destroy() {}
    },
  };
});
afterEach(() => vi.unstubAllEnvs());

async function start(state: Machine['state'] = 'powered-off') {
  const host = fakeHost(state);
  entered.entry = host.entry;
  const { DesktopApp } = await import('./app.ts');
  const desktop = new DesktopApp({ window: path.join(root, 'window'), icons: root });
  await desktop.start([]);
  const [window] = FakeWindow.all;
  if (!window) throw new Error('no window was opened');
  // The app has heard from the host
  if (state === 'running') {
    await vi.waitFor(() => {
      const { start: block } = electron.current.powerSaveBlocker as { start: ReturnType<typeof vi.fn> };
      expect(block).toHaveBeenCalled();
    });
  }
  return { desktop, host, window };
}

it('opens one locked window on its own page', async () => {
  const { window, desktop } = await start();
  expect(window.address).toBe('app://innkeeper/');
  expect(window.options.webPreferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
  });
  desktop.again([]);
  expect(FakeWindow.all).toHaveLength(1);
  const open = window.webContents.openHandler;
  expect(open?.({ url: 'file:///etc/passwd' })).toEqual({ action: 'deny' });
  expect(open?.({ url: 'https://example.org/' })).toEqual({ action: 'deny' });
  expect(external).toEqual(['https://example.org/']);
});

it('gives the window a wire to the host', async () => {
  const { window, host } = await start();
  ipc.emit('request-port', { sender: window.webContents });
  await vi.waitFor(() => expect(window.webContents.sent).toHaveLength(1));
  const [channel, port] = window.webContents.sent[0] ?? [];
  expect(channel).toBe('port');
  const client = await connect(portWire(port as never), { version: '0' });
  await client.call('host.awake', {});
  expect(host.calls).toEqual([['host.awake', {}]]);
  client.close();
});

it('closes without a word while nothing runs', async () => {
  const { window } = await start();
  expect(window.close()).toBe(true);
  expect(asked).toEqual([]);
});

it('asks while a machine runs, and keeps it running in the tray', async () => {
  const { window, host } = await start('running');
  expect(window.close()).toBe(false);
  await vi.waitFor(() => expect(window.visible).toBe(false));
  expect(asked).toEqual(['web is running']);
  expect(host.calls).toEqual([]);
});

it('shuts guests down, remembers that as the user wants it, and quits', async () => {
  answer = { response: 1, checkboxChecked: true };
  const { window, host } = await start('running');
  window.close();
  await vi.waitFor(() => expect(quit).toHaveBeenCalled());
  expect(host.calls).toEqual([
    ['preferences.set', { onClose: 'shut-down' }],
    ['host.stop', { machines: 'shut-down' }],
  ]);
});

it('stays when the user cancels', async () => {
  answer = { response: 3, checkboxChecked: true };
  const { window, host } = await start('running');
  window.close();
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  expect(window.visible).toBe(true);
  expect(host.calls).toEqual([]);
});

it('has guests set their clocks after a sleep', async () => {
  const { host } = await start('running');
  (electron.current.powerMonitor as EventEmitter).emit('resume');
  await vi.waitFor(() => expect(host.calls).toEqual([['host.awake', {}]]));
});

it('keeps actions for the window until it hears them', async () => {
  const { window, desktop } = await start();
  desktop.openFile('/tmp/a.elf');
  expect(window.webContents.sent).toEqual([]);
  ipc.emit('ready-for-actions', { sender: window.webContents });
  expect(window.webContents.sent).toEqual([['action', 'machine.new', { file: '/tmp/a.elf' }]]);
});

it('shows in the file manager only what is the host’s', async () => {
  await start();
  const { showItemInFolder } = electron.current.shell as { showItemInFolder: ReturnType<typeof vi.fn> };
  handlers.get('show-item')?.(...([{}, '/etc'] as never[]));
  expect(showItemInFolder).not.toHaveBeenCalled();
  const inside = path.join(root, 'home/machines/abc');
  handlers.get('show-item')?.(...([{}, inside] as never[]));
  expect(showItemInFolder).toHaveBeenCalledWith(inside);
});
