/** The preload script, which Electron's sandbox runs: what it gives to pages, and what it keeps from them. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, it, vi } from 'vitest';

type Bridge = Record<string, (...args: unknown[]) => unknown>;

const source = stripTypeScriptTypes(readFileSync(path.join(import.meta.dirname, 'preload/preload.cts'), 'utf8'));
const ipc = Object.assign(new EventEmitter(), { send: vi.fn(), invoke: vi.fn() });
const postMessage = vi.fn();
let exposed: [name: string, bridge: Bridge][];

beforeEach(() => {
  ipc.removeAllListeners();
  vi.clearAllMocks();
  exposed = [];
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, bridge: Bridge) => exposed.push([name, bridge]) },
    ipcRenderer: ipc,
    webUtils: { getPathForFile: () => '/tmp/a.elf' },
  };
  const required: string[] = [];
  runInNewContext(source, {
    require: (name: string) => {
      required.push(name);
      return electron;
    },
    window: { postMessage, location: { origin: 'app://innkeeper' } },
  });
  // The sandbox has nothing else
  expect(required).toEqual(['electron']);
});

it('gives pages one object, of functions alone', () => {
  expect(exposed.map(([name]) => name)).toEqual(['innkeeper']);
  const [, bridge] = exposed[0] ?? ['', {}];
  const names = ['requestPort', 'pathOf', 'showItem', 'openConsole', 'openExternal', 'restart', 'onAction'];
  expect(Object.keys(bridge)).toEqual(names);
  expect(Object.values(bridge).every((member) => typeof member === 'function')).toBe(true);
});

it('hands the port over to its own origin only', () => {
  const port = {};
  ipc.emit('port', { ports: [port] });
  expect(postMessage).toHaveBeenCalledWith('innkeeper:port', 'app://innkeeper', [port]);
});

it('passes actions on without Electron’s event, once the page listens', () => {
  const listener = vi.fn();
  expect(ipc.send).not.toHaveBeenCalled();
  exposed[0]?.[1].onAction?.(listener);
  expect(ipc.send).toHaveBeenCalledWith('ready-for-actions');
  ipc.emit('action', { sender: ipc }, 'machine.show', { machine: 'x' });
  expect(listener.mock.calls).toEqual([['machine.show', { machine: 'x' }]]);
});

it('asks for no more than a page may', () => {
  const [, bridge] = exposed[0] ?? ['', {}];
  bridge.openExternal?.('https://example.org/', 'more');
  bridge.openConsole?.('a', 'b', 'more');
  expect(ipc.invoke.mock.calls).toEqual([
    ['open-external', 'https://example.org/'],
    ['open-console', 'a', 'b'],
  ]);
});
