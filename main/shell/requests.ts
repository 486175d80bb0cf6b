/** What pages ask of the app, through the preload script. No argument is trusted, nor who asks. */
import path from 'node:path';
import {
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  ipcMain,
  MessageChannelMain,
  shell,
  type WebContents,
} from 'electron';
import type { Wire } from '../../shared/rpc/wire.ts';
import { dataRoot } from '../platform/paths.ts';
import { portWire } from '../wires/port-wire.ts';
import { relay } from '../wires/relay.ts';
import { destinationOf, isPage } from './navigation.ts';

export interface RequestParts {
  /** A wire to the host. */
  readonly connect: () => Promise<Wire>;
  /** A page is ready to carry out actions. */
  readonly onReady: (contents: WebContents) => void;
  readonly openConsole: (machine: string, console: string) => void;
  readonly restart: () => void;
}

/** To be called once. */
export function answerRequests({ connect, onReady, openConsole, restart }: RequestParts): void {
  ipcMain.on('request-port', (event) => {
    if (!isFromPage(event)) return;
    connect().then(
      (wire) => {
        const { port1, port2 } = new MessageChannelMain();
        relay(portWire(port1), wire);
        event.sender.postMessage('port', null, [port2]);
      },
      // The page asks again
      () => {},
    );
  });
  ipcMain.on('ready-for-actions', (event) => {
    if (isFromPage(event)) onReady(event.sender);
  });

  const handle = (channel: string, answer: (...args: unknown[]) => void | Promise<void>) =>
    ipcMain.handle(channel, (event, ...args: unknown[]) => (isFromPage(event) ? answer(...args) : undefined));
  handle('open-console', (machine, console) => {
    if (typeof machine === 'string' && typeof console === 'string') openConsole(machine, console);
  });
  handle('open-external', async (address) => {
    const destination = destinationOf(String(address));
    if (destination.kind === 'external') await shell.openExternal(destination.url);
  });
  handle('show-item', (item) => {
    // Only what is the host's: its machines' folders
    const file = path.resolve(String(item));
    if (file.startsWith(path.resolve(dataRoot()) + path.sep)) shell.showItemInFolder(file);
  });
  handle('restart', restart);
}

/** Nobody else can speak to us, as things are; should that change, what they say is not heard. */
function isFromPage({ senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame.parent === null && isPage(senderFrame.url);
}
