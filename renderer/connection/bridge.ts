/**
 * What the app's preload script gives the window, as `window.innkeeper`. It is the only thing of Electron that the window
 * sees; in a browser it is missing.
 */
export interface Bridge {
  /**
   * Asks for a wire to the host. The preload answers with a message event on this window whose data is `PORT_MESSAGE` and
   * whose one port carries the rpc messages; a message `null` on that port means that the other end closed.
   */
  requestPort(): void;
  /** Shows a folder or file in the computer's file manager. */
  showItem?(path: string): Promise<void>;
  /** The path of a file that was chosen or dropped. */
  pathOf?(file: File): string;
  /** Opens a console in a window of its own. */
  openConsole?(machine: string, console: string): Promise<void>;
  /** Opens an address in the computer's browser, once the user has agreed. */
  openExternal?(url: string): Promise<void>;
  /** Starts the app, and so its host, anew. */
  restart?(): Promise<void>;
  /** The app's menus, its tray and its notifications ask for an action of the window by its id. */
  onAction?(listener: (id: string, argument?: ActionArgument) => void): void;
}

export interface ActionArgument {
  /** Which machine it is for; without one, the chosen machine. */
  readonly machine?: string;
  /** Path of a program that was opened with the app. */
  readonly file?: string;
}

export const PORT_MESSAGE = 'innkeeper:port';

declare global {
  interface Window {
    readonly innkeeper?: Bridge;
  }
}
