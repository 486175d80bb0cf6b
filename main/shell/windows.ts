/** The app's windows: the main one, and one for each console that was taken out. All locked the same way. */
import path from 'node:path';
import { BrowserWindow, type Session, screen, session, shell, type WebContents } from 'electron';
import { APP_ORIGIN, consoleAddress, destinationOf, isPage, mayHave } from './navigation.ts';
import { placeWindow, readWindowState, SMALLEST, type WindowState, writeWindowState } from './window-state.ts';

const PRELOAD = path.join(import.meta.dirname, 'preload/preload.cjs');
/** Of the window, before its styles are there: `--bg` of the tokens. */
const BACKGROUND = { dark: '#16181b', light: '#f6f6f4' } as const;
/** All that would leave this computer, or read its files. */
const NETWORK = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'];
const CONSOLE_SIZE = { width: 860, height: 560 } as const;

export interface WindowOptions {
  dark(): boolean;
  readonly icon: string;
  readonly stateFile: string;
  /** The user wants to close the main window. True if that may happen now. */
  onClose(): boolean;
  /** The main window's page is not what it was: it hears nothing until it says so again. */
  onNewPage(): void;
  /** What could not be shown or opened; nothing else comes of it. */
  onFailed(error: unknown): void;
}

export class Windows {
  readonly #options: WindowOptions;
  #main: BrowserWindow | undefined;
  readonly #consoles = new Map<string, BrowserWindow>();

  constructor(options: WindowOptions) {
    this.#options = options;
    lockSession(session.defaultSession);
  }

  get main(): BrowserWindow | undefined {
    return this.#main;
  }

  get hasFocus(): boolean {
    return BrowserWindow.getFocusedWindow() !== null;
  }

  /** Brings the main window to the front, making it where there is none. */
  showMain(): BrowserWindow {
    if (this.#main) {
      if (this.#main.isMinimized()) this.#main.restore();
      this.#main.show();
      this.#main.focus();
      return this.#main;
    }
    const { stateFile } = this.#options;
    const displays = screen.getAllDisplays().map(({ workArea }) => workArea);
    const place = placeWindow(readWindowState(stateFile), displays);
    const window = this.#open({ ...place.bounds, minWidth: SMALLEST.width, minHeight: SMALLEST.height });
    if (place.maximized) window.maximize();
    const save = () => {
      const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
      // A position that is not remembered is no reason to tell anybody
      writeWindowState(stateFile, state).catch(() => {});
    };
    window.on('close', (event) => {
      save();
      if (!this.#options.onClose()) event.preventDefault();
    });
    window.on('closed', () => {
      this.#main = undefined;
    });
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#options.onNewPage();
    });
    this.#main = window;
    window.loadURL(`${APP_ORIGIN}/`).catch(this.#options.onFailed);
    return window;
  }

  /** Lets the main window go, while the app stays in the tray. */
  hideMain(): void {
    this.#main?.hide();
  }

  openConsole(machine: string, console: string): void {
    const address = consoleAddress(machine, console);
    if (destinationOf(address).kind !== 'console') return;
    const open = this.#consoles.get(address);
    if (open) {
      open.focus();
      return;
    }
    const window = this.#open({ ...CONSOLE_SIZE });
    this.#consoles.set(address, window);
    window.on('closed', () => this.#consoles.delete(address));
    window.loadURL(address).catch(this.#options.onFailed);
  }

  #open(size: { x?: number; y?: number; width: number; height: number; minWidth?: number; minHeight?: number }) {
    const { dark, icon } = this.#options;
    const window = new BrowserWindow({
      ...size,
      icon,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: dark() ? BACKGROUND.dark : BACKGROUND.light,
      webPreferences: {
        preload: PRELOAD,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        webviewTag: false,
        webSecurity: true,
        spellcheck: false,
        // Consoles go on while the window is behind others
        backgroundThrottling: false,
      },
    });
    window.once('ready-to-show', () => window.show());
    this.#lock(window.webContents);
    return window;
  }

  #lock(contents: WebContents): void {
    const stay = (event: { readonly url: string; preventDefault(): void }) => {
      if (!isPage(event.url)) event.preventDefault();
    };
    // Of the main frame and, though a page of ours has none, of all others
    contents.on('will-frame-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      const destination = destinationOf(url);
      if (destination.kind === 'console') this.openConsole(destination.machine, destination.console);
      if (destination.kind === 'external') shell.openExternal(destination.url).catch(this.#options.onFailed);
      return { action: 'deny' };
    });
  }
}

function lockSession(target: Session): void {
  target.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) =>
    answer(mayHave(permission, requestingUrl)),
  );
  target.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin));
  target.setDevicePermissionHandler(() => false);
  // The policy of the page forbids it already
  target.webRequest.onBeforeRequest({ urls: NETWORK }, (_details, answer) => answer({ cancel: true }));
}
