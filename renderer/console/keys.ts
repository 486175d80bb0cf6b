/**
 * Which keys are the guest's and which are the app's while a terminal has the focus. Everything is the guest's but
 * - the host key (right Ctrl; left Cmd on a Mac) held with another key: that is the app's, whatever it is;
 * - Ctrl/Cmd+Shift with F, C, V, plus, minus, 0: search, copy, paste, font size;
 * - on a Mac all Cmd combinations, which no terminal ever sees.
 */
export interface TerminalKey {
  readonly type: string;
  readonly key: string;
  /** Where the key is, whatever it is labelled: `ControlRight`. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export type KeyOwner =
  | { readonly to: 'guest' }
  /** Goes on to the window's shortcuts. `bare`: without the host key's own modifier, which only says whose it is. */
  | { readonly to: 'app'; readonly bare: boolean }
  | { readonly to: 'terminal'; readonly command: TerminalCommand }
  /** The browser does with it what it always does, such as to paste. */
  | { readonly to: 'browser' }
  | { readonly to: 'nobody' };

export type TerminalCommand = 'search' | 'copy' | 'larger' | 'smaller' | 'usual-size';

const COMMANDS: Readonly<Record<string, TerminalCommand>> = {
  KeyF: 'search',
  KeyC: 'copy',
  Equal: 'larger',
  NumpadAdd: 'larger',
  Minus: 'smaller',
  NumpadSubtract: 'smaller',
  Digit0: 'usual-size',
};
/** Letters are found by what they say, for layouts where they are elsewhere. */
const LETTERS: Readonly<Record<string, string>> = {
  f: 'KeyF',
  c: 'KeyC',
  v: 'KeyV',
  '+': 'Equal',
  '-': 'Minus',
  _: 'Minus',
};

/** Keys that the window's shortcuts know without Ctrl or Cmd: F6, F2, `/` and `?`; in browsers also those with Alt. */
const BARE = /^(F\d{1,2}|[/?])$/;

export function hostKeyCode(mac: boolean): string {
  return mac ? 'MetaLeft' : 'ControlRight';
}

/** Remembers whether the host key is down. One for each terminal. */
export class KeyPolicy {
  readonly #mac: boolean;
  #held = false;

  constructor(mac: boolean) {
    this.#mac = mac;
  }

  /** The focus went elsewhere: the key's release would be missed. */
  release(): void {
    this.#held = false;
  }

  owner(event: TerminalKey): KeyOwner {
    if (event.code === hostKeyCode(this.#mac)) {
      this.#held = event.type === 'keydown';
      return { to: 'nobody' };
    }
    // Released elsewhere: nobody told us.
    if (!(this.#mac ? event.metaKey : event.ctrlKey)) this.#held = false;
    if (event.type !== 'keydown') return this.#held ? { to: 'nobody' } : { to: 'guest' };
    const mod = this.#mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
    if (mod && event.shiftKey && !event.altKey) {
      const code = LETTERS[event.key.toLowerCase()] ?? event.code;
      const command = COMMANDS[code];
      if (command) return { to: 'terminal', command };
      if (code === 'KeyV') return { to: 'browser' };
    }
    if (this.#held && !/^(Control|Shift|Alt|Meta)/.test(event.key)) {
      return { to: 'app', bare: event.altKey || BARE.test(event.key) };
    }
    if (this.#mac && event.metaKey) return { to: 'app', bare: false };
    return { to: 'guest' };
  }
}
