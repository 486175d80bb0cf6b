/** Where a page of ours may go, and what becomes of other addresses. */

/** The window is served under this origin and no other. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = `${APP_SCHEME}://innkeeper`;

const CONSOLE = /^#\/console\/([a-z0-9]{12})\/(hvc\d|ttyS0)$/;
const EXTERNAL = new Set(['https:', 'http:']);

export type Destination =
  | { readonly kind: 'ours' }
  /** A console in a window of its own. */
  | { readonly kind: 'console'; readonly machine: string; readonly console: string }
  /** For the computer's browser. */
  | { readonly kind: 'external'; readonly url: string }
  | { readonly kind: 'refused' };

/** By parts: the `origin` of every scheme that the URL standard does not know is "null", ours and `file:` alike. */
function isOurs({ protocol, host }: URL): boolean {
  return `${protocol}//${host}` === APP_ORIGIN;
}

export function destinationOf(address: string): Destination {
  if (!URL.canParse(address)) return { kind: 'refused' };
  const url = new URL(address);
  if (isOurs(url)) {
    const [, machine, console] = CONSOLE.exec(url.hash) ?? [];
    return machine !== undefined && console !== undefined ? { kind: 'console', machine, console } : { kind: 'ours' };
  }
  // What a guest wrote may hold a password for a host that looks like another
  if (EXTERNAL.has(url.protocol) && url.username === '' && url.password === '')
    return { kind: 'external', url: url.href };
  return { kind: 'refused' };
}

/** Whether it is a page of the window's. */
export function isPage(address: string): boolean {
  const { kind } = destinationOf(address);
  return kind === 'ours' || kind === 'console';
}

export function consoleAddress(machine: string, console: string): string {
  return `${APP_ORIGIN}/#/console/${machine}/${console}`;
}

/** What pages may ask for, of all that Chromium knows: to write the clipboard, as users copy from consoles, and to read it. */
const PERMISSIONS = new Set(['clipboard-sanitized-write', 'clipboard-read']);

export function mayHave(permission: string, origin: string): boolean {
  return PERMISSIONS.has(permission) && URL.canParse(origin) && isOurs(new URL(origin));
}
