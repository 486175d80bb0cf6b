/**
 * The menu behind Ctrl-]: decides what of the user's typing is for the guest and what is for us.
 *
 *              Ctrl-]
 *     closed ----------> open
 *        ^                |   r p q s   do it
 *        |                |   Ctrl-]    send it to the guest
 *        +----------------+   Esc       nothing
 *
 * All other keys are ignored while it is open, so that a mistyped one does nothing.
 */

export type MenuCommand = 'reset' | 'toggle-pause' | 'power-off' | 'statistics';

export type MenuAction =
  /** For the guest. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'do'; readonly command: MenuCommand };

interface MenuRow {
  readonly key: string;
  readonly command: MenuCommand;
  readonly label: string;
}

export const MENU: readonly MenuRow[] = [
  { key: 'r', command: 'reset', label: 'reset' },
  { key: 'p', command: 'toggle-pause', label: 'pause' },
  { key: 'q', command: 'power-off', label: 'power off' },
  { key: 's', command: 'statistics', label: 'statistics' },
];

/** Ctrl-], the classic escape of telnet: no shell and no editor wants it. */
const MENU_KEY = 0x1d;
const ESCAPE = 0x1b;

/** One line that fits in 80 columns. */
export const MENU_TEXT = `inn: ${MENU.map(({ key, label }) => `${key} ${label}`).join(', ')}, Ctrl-] send it, Esc go on`;

export class ConsoleMenu {
  #open = false;

  get isOpen(): boolean {
    return this.#open;
  }

  /** Takes what was typed, in pieces of any size; the actions are to be done in order. */
  feed(typed: Uint8Array): MenuAction[] {
    const actions: MenuAction[] = [];
    let from = 0;
    for (let at = 0; at < typed.length; at++) {
      const byte = typed[at];
      if (byte === undefined) break;
      if (!this.#open) {
        if (byte !== MENU_KEY) continue;
        if (at > from) actions.push({ kind: 'send', bytes: typed.slice(from, at) });
        this.#open = true;
        actions.push({ kind: 'open' });
      } else if (byte === ESCAPE) {
        this.#open = false;
        actions.push({ kind: 'close' });
        // An arrow key is Esc and more at once; the rest of it is not for the guest.
        if (at + 1 < typed.length) return actions;
      } else {
        const row = MENU.find(({ key }) => key === String.fromCharCode(byte).toLowerCase());
        if (byte === MENU_KEY || row) {
          this.#open = false;
          actions.push({ kind: 'close' });
          actions.push(row ? { kind: 'do', command: row.command } : { kind: 'send', bytes: Uint8Array.of(MENU_KEY) });
        }
      }
      from = at + 1;
    }
    if (!this.#open && from < typed.length) actions.push({ kind: 'send', bytes: typed.slice(from) });
    return actions;
  }
}
