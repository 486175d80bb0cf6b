/**
 * All of Electron that a page of ours sees: `window.innkeeper`, whose type is the window's (renderer/connection/bridge.ts). It
 * runs in Electron's sandbox, which loads CommonJS only and nothing but this one file.
 */
const { contextBridge, ipcRenderer, webUtils } = require('electron') as typeof import('electron');

/** The data of the message event that carries the wire's port. */
const PORT_MESSAGE = 'innkeeper:port';

ipcRenderer.on('port', (event) => {
  window.postMessage(PORT_MESSAGE, window.location.origin === 'null' ? '*' : window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld('innkeeper', {
  requestPort: () => ipcRenderer.send('request-port'),
  pathOf: (file: File) => webUtils.getPathForFile(file),
  showItem: (path: string) => ipcRenderer.invoke('show-item', path),
  openConsole: (machine: string, console: string) => ipcRenderer.invoke('open-console', machine, console),
  openExternal: (url: string) => ipcRenderer.invoke('open-external', url),
  restart: () => ipcRenderer.invoke('restart'),
  onAction: (listener: (id: string, argument?: object) => void) => {
    ipcRenderer.on('action', (_event, id: string, argument?: object) => listener(id, argument));
    ipcRenderer.send('ready-for-actions');
  },
});
