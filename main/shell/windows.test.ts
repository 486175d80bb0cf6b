/** What pages may and may not do in the app's windows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeElectron, type FakeWindow, newElectron } from '../../tests/fixtures/electron-module.ts';
import { Windows } from './windows.ts';

vi.mock('electron', () => import('../../tests/fixtures/electron-module.ts').then((module) => module.electronModule()));

const root = mkdtempSync(path.join(tmpdir(), 'inn-windows-'));
afterAll(() => rmSync(root, { recursive: true }));

let electron: FakeElectron;
let windows: Windows;
const onFailed = vi.fn();
const onNewPage = vi.fn();

beforeEach(() => {
  electron = newElectron();
  onFailed.mockClear();
  onNewPage.mockClear();
  const stateFile = path.join(root, 'window.json');
  windows = new Windows({ dark: () => true, icon: '', stateFile, onClose: () => true, onNewPage, onFailed });
});

/** The main window and a console's: both are locked. */
function both(): FakeWindow[] {
  windows.showMain();
  windows.openConsole('abcdefghij12', 'hvc0');
  expect(electron.windows).toHaveLength(2);
  return electron.windows;
}

describe('every window', () => {
  it('keeps Node and Electron from its pages', () => {
    for (const { options } of both()) {
      expect(options.webPreferences).toMatchObject({
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        webviewTag: false,
        webSecurity: true,
      });
      expect(options.webPreferences.preload).toMatch(/preload\.cjs$/);
      expect(Object.keys(options.webPreferences)).not.toContain('nodeIntegrationInSubFrames');
    }
  });

  it.each(['will-frame-navigate', 'will-redirect'])('stays on its own pages (%s)', (event) => {
    for (const { webContents } of both()) {
      expect(webContents.allows(event, { url: 'app://innkeeper/' })).toBe(true);
      expect(webContents.allows(event, { url: 'app://innkeeper/#/console/abcdefghij12/hvc0' })).toBe(true);
      for (const url of [
        'https://example.org/',
        'file:///etc/passwd',
        'app://other/',
        'data:text/html,x',
        'about:blank',
      ]) {
        expect(webContents.allows(event, { url }), url).toBe(false);
      }
    }
  });

  it('holds no web view', () => {
    for (const { webContents } of both()) expect(webContents.allows('will-attach-webview')).toBe(false);
  });

  it('opens none by itself: web addresses go to the browser, consoles get windows of ours, the rest nothing', () => {
    const [main] = both();
    const open = (url: string) => main?.webContents.openHandler?.({ url });
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'app://innkeeper/', 'about:blank']) {
      expect(open(url), url).toEqual({ action: 'deny' });
    }
    expect(electron.module.shell.openExternal).not.toHaveBeenCalled();
    expect(electron.windows).toHaveLength(2);
    expect(open('https://example.org/')).toEqual({ action: 'deny' });
    expect(electron.module.shell.openExternal).toHaveBeenCalledWith('https://example.org/');
    expect(open('app://innkeeper/#/console/abcdefghij12/hvc1')).toEqual({ action: 'deny' });
    expect(electron.windows).toHaveLength(3);
  });

  it('lives on where there is no browser, or a page does not load', async () => {
    const [main] = both();
    electron.module.shell.openExternal.mockRejectedValueOnce(new Error('no browser'));
    main?.webContents.openHandler?.({ url: 'https://example.org/' });
    await vi.waitFor(() => expect(onFailed).toHaveBeenCalledOnce());
  });
});

describe('the session', () => {
  it('grants the clipboard to pages of ours, and nothing else to anybody', () => {
    const session = electron.module.session.defaultSession;
    const [request] = session.setPermissionRequestHandler.mock.calls[0] ?? [];
    const [check] = session.setPermissionCheckHandler.mock.calls[0] ?? [];
    const [device] = session.setDevicePermissionHandler.mock.calls[0] ?? [];
    const asked = (permission: string, requestingUrl: string) => {
      const answer = vi.fn();
      request(null, permission, answer, { requestingUrl });
      return answer.mock.calls[0]?.[0];
    };
    for (const decide of [asked, (permission: string, origin: string) => check(null, permission, origin)]) {
      expect(decide('clipboard-read', 'app://innkeeper/')).toBe(true);
      expect(decide('clipboard-read', 'https://example.org/')).toBe(false);
      for (const permission of ['media', 'geolocation', 'notifications', 'openExternal', 'display-capture', 'hid']) {
        expect(decide(permission, 'app://innkeeper/'), permission).toBe(false);
      }
    }
    expect(device()).toBe(false);
  });

  it('reaches no network and no file', () => {
    const [filter, listener] = electron.module.session.defaultSession.webRequest.onBeforeRequest.mock.calls[0] ?? [];
    expect(filter.urls).toEqual(
      expect.arrayContaining(['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file://*/*']),
    );
    const answer = vi.fn();
    listener({ url: 'https://example.org/' }, answer);
    expect(answer).toHaveBeenCalledWith({ cancel: true });
  });
});

describe('consoles in windows of their own', () => {
  it('are opened once each', () => {
    windows.openConsole('abcdefghij12', 'hvc0');
    windows.openConsole('abcdefghij12', 'hvc0');
    windows.openConsole('abcdefghij12', 'hvc1');
    expect(electron.windows.map(({ address }) => address)).toEqual([
      'app://innkeeper/#/console/abcdefghij12/hvc0',
      'app://innkeeper/#/console/abcdefghij12/hvc1',
    ]);
    expect(electron.windows[0]?.focus).toHaveBeenCalledOnce();
    electron.windows[0]?.close();
    windows.openConsole('abcdefghij12', 'hvc0');
    expect(electron.windows).toHaveLength(3);
  });

  it('are not opened for what is no console', () => {
    windows.openConsole('../../x', 'hvc0');
    windows.openConsole('abcdefghij12', '#');
    expect(electron.windows).toEqual([]);
  });
});

it('tells of a new page in the main window, and not of a new place in the same one', () => {
  windows.showMain();
  const contents = electron.windows[0]?.webContents;
  contents?.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
  expect(onNewPage).not.toHaveBeenCalled();
  contents?.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
  expect(onNewPage).toHaveBeenCalledOnce();
});
