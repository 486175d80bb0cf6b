/** The desktop app: one window over one host, a tray while guests run, and an orderly end. */
import path from 'node:path';
import {
  app,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  shell,
  Tray,
  type WebContents,
} from 'electron';
import { describeError, isInnError } from '../../shared/base/errors.ts';
import { dataRoot } from '../platform/paths.ts';
import { bundledGuestFolder } from '../platform/resources.ts';
import { productVersion } from '../platform/version.ts';
import { type Entry, enter } from '../service/owner.ts';
import { portWire } from '../wires/port-wire.ts';
import { relay } from '../wires/relay.ts';
import { openAppFiles } from './app-protocol.ts';
import { Awake } from './awake.ts';
import { type Plan, planOf, planOfChoice, questionOf, type Wish } from './closing.ts';
import { HostLink } from './host-link.ts';
import type { Installation } from './installation.ts';
import { menuOf } from './menu.ts';
import { APP_SCHEME, destinationOf } from './navigation.ts';
import { trayMenuOf, trayTipOf } from './tray.ts';
import { Windows } from './windows.ts';

/** What the window does with an action: the machine it is for, or the file that it is to start with. */
export interface ActionArgument {
  readonly machine?: string;
  readonly file?: string;
}

export class DesktopApp {
  readonly #installation: Installation;
  readonly #windows: Windows;
  readonly #awake: Awake;
  #entry: Entry | undefined;
  #link: HostLink | undefined;
  #tray: Tray | undefined;
  /** Nothing keeps the app from ending any more. */
  #leaving = false;
  /** For the window, once it is there to hear them. */
  readonly #actions: [id: string, argument: ActionArgument | undefined][] = [];
  #hearing: WebContents | undefined;

  constructor(installation: Installation) {
    this.#installation = installation;
    this.#windows = new Windows({
      dark: nativeTheme.shouldUseDarkColors,
      icon: path.join(installation.icons, '256x256.png'),
      stateFile: path.join(dataRoot(), 'window.json'),
      onClose: () => this.#mayClose(),
    });
    this.#awake = new Awake({
      monitor: powerMonitor,
      blocker: powerSaveBlocker,
      onAwake: () => {
        this.#link?.client.call('host.awake', {}).catch(() => {});
      },
    });
  }

  /** To be called once Electron is ready. Throws the `InnError` that keeps the host from starting. */
  async start(files: readonly string[]): Promise<void> {
    const serve = await openAppFiles(this.#installation.window);
    protocol.handle(APP_SCHEME, async ({ url }) => {
      const { status, headers, body } = await serve(url);
      return new Response(body, { status, headers });
    });
    this.#answerWindow();
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuOf({
          platform: process.platform,
          productName: app.getName(),
          run: (id) => this.#run(id),
          quit: () => app.quit(),
          openWindow: () => this.#windows.showMain(),
        }),
      ),
    );
    app.on('activate', () => this.#windows.showMain());
    // The window may be gone while the app stays in the tray for its guests
    app.on('window-all-closed', () => {
      if ((this.#link?.live.length ?? 0) === 0 || this.#entry?.role === 'attached') app.quit();
    });
    app.on('before-quit', (event) => {
      if (!this.#leaving && !this.#proceed('quit')) event.preventDefault();
    });
    app.on('will-quit', (event) => {
      if (this.#entry === undefined) return;
      event.preventDefault();
      const entry = this.#entry;
      this.#entry = undefined;
      // Whatever is still there was decided on before
      void entry.release('power-off').finally(() => app.quit());
    });
    await this.#enter();
    this.#windows.showMain();
    for (const file of files) this.openFile(file);
  }

  /** Somebody started the app again. */
  again(files: readonly string[]): void {
    this.#windows.showMain();
    for (const file of files) this.openFile(file);
  }

  openFile(file: string): void {
    this.#run('machine.new', { file });
  }

  async #enter(): Promise<void> {
    const version = productVersion();
    const entry = await enter({ kind: 'app', version, guestFolder: bundledGuestFolder() });
    this.#entry = entry;
    this.#link = await HostLink.open(await entry.connect('write'), version, {
      onChange: () => this.#onChange(),
      onAborted: ({ id, settings, failure }) =>
        this.#notify(`${settings.name} was aborted`, failure?.message ?? 'Its log says why.', id),
      onFailed: ({ subject, error, machine }) => this.#notify(subject, error?.message ?? 'It failed.', machine),
    });
    void entry.ended.then((end) => {
      if (this.#entry !== entry || this.#leaving) return;
      this.#entry = undefined;
      if (end.kind === 'stopped') app.quit();
      else this.#enter().catch((error: unknown) => this.#fail(error));
    });
  }

  #answerWindow(): void {
    ipcMain.on('request-port', ({ sender }) => {
      this.#entry?.connect('write').then(
        (wire) => {
          const { port1, port2 } = new MessageChannelMain();
          relay(portWire(port1), wire);
          sender.postMessage('port', null, [port2]);
        },
        // The window asks again
        () => {},
      );
    });
    ipcMain.on('ready-for-actions', ({ sender }) => {
      if (sender !== this.#windows.main?.webContents) return;
      this.#hearing = sender;
      for (const action of this.#actions.splice(0)) sender.send('action', ...action);
    });
    ipcMain.handle('open-console', (_event, machine: unknown, console: unknown) => {
      if (typeof machine === 'string' && typeof console === 'string') this.#windows.openConsole(machine, console);
    });
    ipcMain.handle('open-external', async (_event, address: unknown) => {
      const destination = destinationOf(String(address));
      if (destination.kind === 'external') await shell.openExternal(destination.url);
    });
    ipcMain.handle('show-item', (_event, item: unknown) => {
      // Only what is the host's: its machines' folders
      const file = path.resolve(String(item));
      if (file.startsWith(path.resolve(dataRoot()) + path.sep)) shell.showItemInFolder(file);
    });
    ipcMain.handle('restart', () => {
      app.relaunch();
      app.quit();
    });
  }

  #run(id: string, argument?: ActionArgument): void {
    const window = this.#windows.showMain();
    if (this.#hearing === window.webContents) window.webContents.send('action', id, argument);
    else this.#actions.push([id, argument]);
  }

  #onChange(): void {
    const link = this.#link;
    if (!link) return;
    const { live } = link;
    this.#awake.update(this.#entry?.role === 'owner' ? live.length : 0);
    if (live.length > 0 && !this.#tray) this.#tray = new Tray(this.#trayIcon());
    if (live.length === 0 && this.#tray && this.#windows.main?.isVisible()) {
      this.#tray.destroy();
      this.#tray = undefined;
    }
    this.#tray?.setToolTip(trayTipOf(link.machines));
    this.#tray?.setContextMenu(
      Menu.buildFromTemplate(
        trayMenuOf({
          machines: link.machines,
          openWindow: () => this.#windows.showMain(),
          openMachine: (machine) => this.#run('machine.show', { machine }),
          shutDown: (id) => {
            link.client.call('machine.shutDown', { id }).catch((error: unknown) => this.#fail(error));
          },
          quit: () => app.quit(),
        }),
      ),
    );
  }

  #trayIcon(): string {
    const { icons } = this.#installation;
    if (process.platform === 'darwin') return path.join(icons, 'trayTemplate.png');
    return path.join(icons, nativeTheme.shouldUseDarkColors ? 'tray-dark.png' : 'tray-light.png');
  }

  #notify(title: string, body: string, machine: string | null): void {
    if (this.#windows.hasFocus || !this.#link?.preferences.notifications || !Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    notification.on('click', () => this.#run('machine.show', machine === null ? undefined : { machine }));
    notification.show();
  }

  #mayClose(): boolean {
    return this.#leaving || this.#proceed('close');
  }

  /** Whether a wish may come true now; where not, what is needed first has been begun. */
  #proceed(wish: Wish): boolean {
    const running = this.#link?.live.map(({ settings }) => settings.name) ?? [];
    const preference = this.#link?.preferences.onClose ?? 'ask';
    const plan = planOf({ wish, running, preference, ownsHost: this.#entry?.role === 'owner' });
    if (plan.kind === 'go') return true;
    void this.#carryOut(plan, running).catch((error: unknown) => this.#fail(error));
    return false;
  }

  async #carryOut(plan: Plan, running: readonly string[]): Promise<void> {
    switch (plan.kind) {
      case 'ask':
        return this.#ask(running);
      case 'hide':
        this.#windows.hideMain();
        return;
      case 'end':
        // The host ends in the course of the call, and the app with it
        this.#leaving = true;
        try {
          await this.#link?.client.call('host.stop', { machines: plan.machines });
        } catch (error) {
          if (isInnError(error) && error.code !== 'connection-lost') {
            this.#leaving = false;
            throw error;
          }
        }
        app.quit();
        return;
      case 'go':
      case 'stay':
        return;
    }
  }

  async #ask(running: readonly string[]): Promise<void> {
    const { message, detail, buttons, choices, checkbox } = questionOf({ running });
    const options = {
      type: 'question' as const,
      message,
      detail,
      buttons: [...buttons],
      defaultId: 0,
      cancelId: choices.indexOf('cancel'),
      checkboxLabel: checkbox,
      noLink: true,
    };
    const window = this.#windows.main;
    const { response, checkboxChecked } = await (window
      ? dialog.showMessageBox(window, options)
      : dialog.showMessageBox(options));
    const choice = choices[response] ?? 'cancel';
    if (checkboxChecked && choice !== 'cancel') {
      await this.#link?.client.call('preferences.set', { onClose: choice });
    }
    await this.#carryOut(planOfChoice(choice), running);
  }

  #fail(error: unknown): void {
    const title = isInnError(error) ? error.message : 'Innkeeper has a fault';
    dialog.showErrorBox(title, isInnError(error) ? error.nextStep : describeError(error));
  }
}
