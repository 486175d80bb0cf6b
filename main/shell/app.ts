/** The desktop app: one window over one host, a tray while guests run, and an orderly end. */
import path from 'node:path';
import {
  app,
  dialog,
  Menu,
  nativeTheme,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  Tray,
  type WebContents,
} from 'electron';
import { describeError, type InnError, isInnError } from '../../shared/base/errors.ts';
import { connectionLost } from '../../shared/rpc/errors.ts';
import { dataRoot } from '../platform/paths.ts';
import { bundledGuestFolder } from '../platform/resources.ts';
import { productVersion } from '../platform/version.ts';
import { stopHost } from '../service/attach.ts';
import { type Entry, enter } from '../service/owner.ts';
import { openAppFiles } from './app-protocol.ts';
import { Awake } from './awake.ts';
import { type Plan, planOf, planOfChoice, questionOf, type Wish } from './closing.ts';
import { enterOrAsk } from './entering.ts';
import { HostLink } from './host-link.ts';
import { APP_NAME } from './identity.ts';
import type { Installation } from './installation.ts';
import { menuOf } from './menu.ts';
import { APP_SCHEME } from './navigation.ts';
import { showNotification } from './notifications.ts';
import { answerRequests } from './requests.ts';
import { trayMenuOf, trayTipOf } from './tray.ts';
import { Windows } from './windows.ts';

/** What the window does with an action: the machine it is for, or the file that it is to start with. */
export interface ActionArgument {
  readonly machine?: string;
  readonly file?: string;
}

export class DesktopApp {
  readonly #installation: Installation;
  readonly #report: (error: unknown) => string;
  readonly #windows: Windows;
  readonly #awake: Awake;
  #entry: Entry | undefined;
  #link: HostLink | undefined;
  #tray: Tray | undefined;
  /** Nothing keeps the app from ending any more. */
  #leaving = false;
  /** The question of what becomes of running machines is on the screen. */
  #asking = false;
  #restarting = false;
  /** For the window, once it is there to hear them. */
  readonly #actions: [id: string, argument: ActionArgument | undefined][] = [];
  #hearing: WebContents | undefined;

  /** `report` keeps an error on this computer and answers in which file. */
  constructor(installation: Installation, report: (error: unknown) => string) {
    this.#installation = installation;
    this.#report = report;
    this.#windows = new Windows({
      dark: () => nativeTheme.shouldUseDarkColors,
      icon: path.join(installation.icons, '256x256.png'),
      stateFile: path.join(dataRoot(), 'window.json'),
      onClose: () => this.#mayClose(),
      onNewPage: () => {
        this.#hearing = undefined;
      },
      onFailed: (error) => void this.#report(error),
    });
    this.#awake = new Awake({
      monitor: powerMonitor,
      blocker: powerSaveBlocker,
      onAwake: () => {
        this.#link?.call('host.awake', {}).catch(() => {});
      },
    });
  }

  /** To be called once Electron is ready. False where the user gave up on what keeps the host from starting. */
  async start(): Promise<boolean> {
    const serve = await openAppFiles(this.#installation.window);
    protocol.handle(APP_SCHEME, async ({ url }) => {
      const { status, headers, body } = await serve(url);
      return new Response(body, { status, headers });
    });
    answerRequests({
      connect: async () => {
        if (!this.#entry) throw connectionLost('the host is being started anew');
        return this.#entry.connect('write');
      },
      onReady: (contents) => this.#onReady(contents),
      openConsole: (machine, console) => this.#windows.openConsole(machine, console),
      restart: () => {
        this.#restarting = true;
        app.quit();
      },
    });
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuOf({
          platform: process.platform,
          productName: APP_NAME,
          run: (id) => this.#run(id),
          quit: () => app.quit(),
          openWindow: () => this.#windows.showMain(),
        }),
      ),
    );
    app.on('activate', () => this.show());
    nativeTheme.on('updated', () => this.#tray?.setImage(this.#trayIcon()));
    // The session ends: guests get what time the system leaves, and nobody is asked
    powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => {
      if (this.#leaving || !this.#loses()) return;
      event?.preventDefault();
      this.#carryOut({ kind: 'end', machines: 'shut-down' }, []).catch(() => app.quit());
    });
    // The window may be gone while the app stays in the tray for its guests
    app.on('window-all-closed', () => {
      if (!this.#loses()) app.quit();
    });
    app.on('before-quit', (event) => {
      if (!this.#leaving && !this.#proceed('quit')) event.preventDefault();
    });
    app.on('will-quit', (event) => {
      if (this.#entry === undefined) {
        if (this.#restarting) app.relaunch();
        return;
      }
      event.preventDefault();
      const entry = this.#entry;
      this.#entry = undefined;
      // Whatever is still there was decided on before
      void entry.release('power-off').finally(() => app.quit());
    });
    if (!(await this.#enter())) return false;
    this.#windows.showMain();
    return true;
  }

  /** Brings the window to the front, once the host is there. */
  show(): void {
    if (this.#entry) this.#windows.showMain();
  }

  openFile(file: string): void {
    this.#run('machine.new', { file });
  }

  /** False where the user gave up, and the app ends. */
  async #enter(): Promise<boolean> {
    const version = productVersion();
    const entry = await enterOrAsk({
      enter: () => enter({ kind: 'app', version, guestFolder: bundledGuestFolder() }),
      stopOther: () => stopHost({ machines: 'shut-down' }),
      ask: (error, buttons) => this.#askAbout(error, buttons),
    });
    this.#entry = entry;
    if (!entry) {
      app.quit();
      return false;
    }
    const link = await HostLink.open({
      connect: () => entry.connect('write'),
      version,
      onChange: () => this.#onChange(),
      onAborted: ({ id, settings, failure }) =>
        this.#notify(`${settings.name} was aborted`, failure?.message ?? 'Its log says why.', id),
      onFailed: ({ subject, error, machine }) => this.#notify(subject, error?.message ?? 'It failed.', machine),
    });
    this.#link = link;
    // What the host said before the link was known here
    this.#onChange();
    void entry.ended.then((end) => {
      link.close();
      if (this.#entry !== entry || this.#leaving) return;
      this.#entry = undefined;
      if (end.kind === 'stopped') app.quit();
      else if (end.kind === 'died') this.#fail(new Error(end.report));
      if (end.kind !== 'stopped') this.#enter().catch((error: unknown) => this.#fail(error));
    });
    return true;
  }

  #onReady(contents: WebContents): void {
    if (contents !== this.#windows.main?.webContents) return;
    this.#hearing = contents;
    for (const action of this.#actions.splice(0)) contents.send('action', ...action);
  }

  #run(id: string, argument?: ActionArgument): void {
    const window = this.#windows.showMain();
    if (this.#hearing === window.webContents) window.webContents.send('action', id, argument);
    else this.#actions.push([id, argument]);
  }

  /** Whether machines would end with the app. */
  #loses(): boolean {
    return this.#entry?.role === 'owner' && (this.#link?.live.length ?? 0) > 0;
  }

  #onChange(): void {
    const machines = this.#link?.machines ?? [];
    const live = this.#link?.live.length ?? 0;
    this.#awake.update(this.#loses() ? live : 0);
    // Dialogs, menus and the window's first colour
    const theme = this.#link?.preferences.theme ?? 'system';
    if (nativeTheme.themeSource !== theme) nativeTheme.themeSource = theme;
    if (live > 0 && !this.#tray) {
      this.#tray = new Tray(this.#trayIcon());
      this.#tray.on('click', () => this.#windows.showMain());
    }
    if (live === 0 && this.#tray && this.#windows.main?.isVisible()) {
      this.#tray.destroy();
      this.#tray = undefined;
    }
    this.#tray?.setToolTip(trayTipOf(machines));
    this.#tray?.setContextMenu(
      Menu.buildFromTemplate(
        trayMenuOf({
          machines,
          openWindow: () => this.#windows.showMain(),
          openMachine: (machine) => this.#run('machine.show', { machine }),
          shutDown: (id) => {
            this.#link?.call('machine.shutDown', { id }).catch((error: unknown) => this.#fail(error));
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
    if (this.#windows.hasFocus || !this.#link?.preferences.notifications) return;
    showNotification(title, body, () => {
      if (machine === null) this.#windows.showMain();
      else this.#run('machine.show', { machine });
    });
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
        if (this.#asking) return;
        this.#asking = true;
        try {
          return await this.#ask(running);
        } finally {
          this.#asking = false;
        }
      case 'hide':
        this.#restarting = false;
        this.#windows.hideMain();
        return;
      case 'end':
        // The host ends in the course of the call, and the app with it
        this.#leaving = true;
        try {
          await this.#link?.call('host.stop', { machines: plan.machines });
        } catch (error) {
          if (isInnError(error) && error.code !== 'connection-lost') {
            this.#leaving = false;
            throw error;
          }
        }
        app.quit();
        return;
      case 'stay':
        this.#restarting = false;
        return;
      case 'go':
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
    const { response, checkboxChecked } = await (window?.isVisible()
      ? dialog.showMessageBox(window, options)
      : dialog.showMessageBox(options));
    const choice = choices[response] ?? 'cancel';
    if (checkboxChecked && choice !== 'cancel') {
      await this.#link?.call('preferences.set', { onClose: choice });
    }
    await this.#carryOut(planOfChoice(choice), running);
  }

  async #askAbout(error: InnError, buttons: readonly string[]): Promise<number> {
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: error.message,
      detail: error.nextStep,
      buttons: [...buttons],
      cancelId: buttons.length - 1,
      noLink: true,
    });
    return response;
  }

  #fail(error: unknown): void {
    if (isInnError(error)) dialog.showErrorBox(error.message, error.nextStep);
    else
      dialog.showErrorBox('Innkeeper has a fault', `${describeError(error)}\n\nA report is in ${this.#report(error)}.`);
  }
}
