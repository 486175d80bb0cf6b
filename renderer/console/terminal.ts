/** One terminal on one console: xterm.js with the host behind it. Knows nothing of React; it may be moved between elements. */
import { FitAddon } from '@xterm/addon-fit';
import { type ISearchOptions, SearchAddon } from '@xterm/addon-search';
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { InnError } from '../../shared/base/errors.ts';
import type { ConsoleEvent } from '../../shared/contract/console.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import type { HostConnection } from '../connection/host.ts';
import { type ConsoleSink, keepAttached } from './attachment.ts';
import { bufferText } from './buffer-text.ts';
import { clipboardRequest } from './clipboard-request.ts';
import { guard } from './guards.ts';
import { InputQueue } from './input-queue.ts';
import { KeyPolicy, type TerminalCommand } from './keys.ts';
import { likelySize } from './likely-size.ts';
import { Meter } from './meter.ts';
import { rateLimit } from './rate-limit.ts';
import { Renderer } from './renderer.ts';
import { SharedSize } from './shared-size.ts';
import { type ConsoleAddress, consoleSource } from './source.ts';
import { newTerminalState, type TerminalState, type TerminalStore } from './terminal-state.ts';
import { fontFrom, matchColours, themeFrom } from './theme.ts';

/** Bytes that the parser may be behind before the host is asked to wait: little enough that a key's echo is never far. */
const BEHIND = 128 * 1024;
/** Bytes written at once: xterm.js looks at the clock between two writes only. */
const SLICE = 16 * 1024;
/** Milliseconds that a terminal waits for all of its history before it is drawn: more is shown while it comes. */
const DRAW_WITHIN_MS = 500;
const STATE_EVERY_MS = 250;
const BELL_EVERY_MS = 400;
/** CAN ends whatever sequence was cut off; SGR 0 and 2 for a dim line. */
const NOTE = (text: string) => `\x18\r\n\x1b[0;2m${text}\x1b[0m\r\n`;
/** Colours that an earlier run changed, and modes that would take the mouse away. */
const NEW_RUN = '\x18\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07\x1b[?9;1000;1002;1003;1004l\x1b[?25h';

export interface TerminalHooks {
  /** Text that the user wants to paste; `typePasted` sends it. */
  onPaste(text: string): void;
  onLink(address: string): void;
  onCommand(command: TerminalCommand): void;
  onBell(): void;
  /** A call that failed, such as input that the guest does not take. */
  onError(error: unknown): void;
  /** Texts of the lines that say what happened to the stream. */
  skippedText(bytes: number): string;
  restartedText(live: boolean): string;
}

export interface TerminalAccess {
  readonly mayWrite: boolean;
  /** The guest has harts that could read. */
  readonly up: boolean;
}

export class ConsoleTerminal implements ConsoleSink {
  readonly at: ConsoleAddress;
  readonly store: TerminalStore;
  /** Where the terminal is drawn. Put it anywhere; it keeps what it shows. */
  readonly root: HTMLDivElement;
  readonly #host: HostConnection;
  readonly #hooks: TerminalHooks;
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: 1000 });
  readonly #renderer: Renderer;
  readonly #input: InputQueue;
  readonly #size: SharedSize;
  readonly #meter = new Meter();
  readonly #keys: KeyPolicy;
  readonly #label: string;
  readonly #stop = new AbortController();
  readonly #observer: ResizeObserver;
  readonly #mayRing = rateLimit(BELL_EVERY_MS);
  #preferences: Preferences['console'];
  #access: TerminalAccess = { mayWrite: false, up: false };
  #behind = 0;
  #room: (() => void) | undefined;
  #replaying = true;
  #resetFirst = false;
  #stateTimer: ReturnType<typeof setTimeout> | undefined;
  #attached = false;
  #opened = false;
  #openTimer: ReturnType<typeof setTimeout> | undefined;
  #wantsFocus = false;
  #description = '';

  constructor(host: HostConnection, at: ConsoleAddress, options: TerminalSetUp) {
    const { preferences, hooks, mac, label } = options;
    this.#label = label;
    this.#host = host;
    this.at = at;
    this.#hooks = hooks;
    this.#preferences = preferences;
    this.#keys = new KeyPolicy(mac);
    this.store = newTerminalState();
    this.root = document.createElement('div');
    this.root.className = 'term-root';
    this.#terminal = new Terminal({
      allowProposedApi: true,
      macOptionIsMeta: mac,
      // Text that a guest hides by giving it the colour of its ground is shown too.
      minimumContrastRatio: 4.5,
      linkHandler: { activate: (event, address) => this.#link(event, address) },
      scrollback: preferences.scrollback,
      fontSize: preferences.fontSize,
      lineHeight: 1,
      cursorBlink: preferences.cursorBlink,
      screenReaderMode: preferences.screenReader,
      disableStdin: true,
      logLevel: 'off',
    });
    this.#renderer = new Renderer(this.#terminal);
    this.#input = new InputQueue(
      (bytes) => host.call('console.input', { ...at, bytes }, { signal: this.#stop.signal }),
      (error) => {
        if (!this.#stop.signal.aborted) hooks.onError(error);
      },
    );
    this.#size = new SharedSize((columns, rows) => {
      host.call('console.resize', { ...at, columns, rows }, { signal: this.#stop.signal }).catch(() => {
        // The next change of size says it again; a lost connection is shown elsewhere.
        this.#size.notTold();
      });
    });
    this.#load();
    this.#observer = new ResizeObserver(() => this.#fitSoon());
    this.#observer.observe(this.root);
  }

  /**
   * Attaches, and draws once the history is there; call it when the root is in the page. Once. A terminal that is drawn moves its
   * scroll bar with every line it takes, which is most of what a long history costs.
   */
  start(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.restyle();
    const cell = this.#renderer.likelyCell(this.#preferences.renderer);
    const size = cell && likelySize(this.root, cell);
    // One row is left for `#open`
    if (size) this.#resize(size.columns, size.rows - 1);
    this.#openTimer = setTimeout(() => this.#open(), DRAW_WITHIN_MS);
    void keepAttached(consoleSource(this.#host, this.at), this, this.#stop.signal);
  }

  dispose(): void {
    this.#stop.abort();
    this.#observer.disconnect();
    clearTimeout(this.#stateTimer);
    clearTimeout(this.#fitTimer);
    clearTimeout(this.#openTimer);
    this.#room?.();
    this.#size.dispose();
    this.#terminal.dispose();
    this.root.remove();
  }

  // What the host says

  begin(): void {
    this.#replaying = true;
    this.#resetFirst = true;
    this.#input.clear();
    this.#set({ phase: 'replaying' });
  }

  async take(event: ConsoleEvent): Promise<void> {
    switch (event.kind) {
      case 'resized':
        this.#resized(event.columns, event.rows);
        return;
      case 'replay':
        // After what is still to be parsed of the connection before, which it would else not forget.
        if (this.#resetFirst) this.#terminal.write('', () => this.#terminal.reset());
        this.#resetFirst = false;
        await this.#write(event.bytes);
        // Not before all of it is parsed: questions in it are of the past.
        if (event.last) this.#terminal.write('', () => this.#live());
        return;
      case 'output':
        this.#unread();
        await this.#write(event.bytes);
        return;
      case 'skipped':
        this.#note(this.#hooks.skippedText(event.bytes));
        return;
      case 'restarted':
        this.#terminal.write(NEW_RUN);
        this.#note(this.#hooks.restartedText(!this.#replaying));
        return;
    }
  }

  lost(): void {
    this.#input.clear();
    this.#size.notTold();
    this.#set({ phase: 'lost' });
    this.#open();
  }

  refused(error: unknown): void {
    this.#set({ phase: 'refused', error });
    this.#open();
  }

  // What the window asks

  setAccess(access: TerminalAccess): void {
    const gained = access.mayWrite && !this.#access.mayWrite;
    this.#access = access;
    this.#terminal.options.disableStdin = !(access.mayWrite && access.up);
    if (!access.up) this.#input.clear();
    if (gained) this.#fitSoon();
  }

  setPreferences(preferences: Preferences['console']): void {
    const before = this.#preferences;
    this.#preferences = preferences;
    const { options } = this.#terminal;
    options.fontSize = preferences.fontSize;
    options.scrollback = preferences.scrollback;
    options.cursorBlink = preferences.cursorBlink;
    options.screenReaderMode = preferences.screenReader;
    if (!this.#opened) return;
    if (before.renderer !== preferences.renderer) this.#renderer.use(preferences.renderer);
    if (before.fontSize === preferences.fontSize) return;
    this.#renderer.spaced();
    this.#fitSoon();
  }

  /** Reads the tokens anew: another theme, or another place in the page. */
  restyle(): void {
    const style = getComputedStyle(this.root);
    this.#terminal.options.theme = themeFrom(style);
    this.#terminal.options.fontFamily = fontFrom(style);
  }

  focus(): void {
    this.#wantsFocus = true;
    this.#terminal.focus();
  }

  get hasFocus(): boolean {
    return this.#terminal.textarea === document.activeElement && document.hasFocus();
  }

  /** The element of this id says how to leave the terminal by keyboard. */
  describedBy(id: string): void {
    this.#description = id;
    this.#terminal.textarea?.setAttribute('aria-describedby', id);
  }

  /** Whether somebody looks at it. */
  seen(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#set({ unread: false });
  }

  /** Guests' programs that show the mouse what to do get the other button too. */
  get takesMouse(): boolean {
    return this.#terminal.modes.mouseTrackingMode !== 'none';
  }

  /** The guest's program wants to be told what is pasted: it will not run each line. */
  get bracketsPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  get selection(): string {
    return this.#terminal.getSelection();
  }

  selectAll(): void {
    this.#terminal.selectAll();
  }

  /** As if typed, between the marks of a paste where the guest asked for them. Look at the text with `checkPaste` first. */
  typePasted(text: string): void {
    this.#terminal.paste(text);
    this.#terminal.focus();
  }

  find(term: string, options: ISearchOptions, direction: 'next' | 'previous'): boolean {
    const all = { ...options, decorations: matchColours(getComputedStyle(this.root)) };
    return direction === 'next' ? this.#search.findNext(term, all) : this.#search.findPrevious(term, all);
  }

  endSearch(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
    this.#set({ results: null });
  }

  /** Forgets all but the line of the cursor. */
  clear(): void {
    this.#terminal.clear();
    this.#setStateSoon();
  }

  text(): string {
    return bufferText(this.#terminal.buffer.normal);
  }

  // Within

  #open(): void {
    if (this.#opened || this.#stop.signal.aborted) return;
    this.#opened = true;
    clearTimeout(this.#openTimer);
    const terminal = this.#terminal;
    terminal.open(this.root);
    terminal.textarea?.setAttribute('aria-label', this.#label);
    if (this.#description !== '') terminal.textarea?.setAttribute('aria-describedby', this.#description);
    this.#renderer.use(this.#preferences.renderer);
    this.#listen();
    const { cols, rows } = terminal;
    this.#fitNow();
    // The scroll bar knows nothing of the lines that there are already until one comes or the size changes.
    if (terminal.cols === cols && terminal.rows === rows) {
      terminal.resize(cols, rows + 1);
      terminal.resize(cols, rows);
    }
    if (this.#wantsFocus) terminal.focus();
  }

  #load(): void {
    const terminal = this.#terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    terminal.loadAddon(new WebLinksAddon((event, address) => this.#link(event, address)));
    terminal.loadAddon(new UnicodeGraphemesAddon());
    guard(terminal.parser, {
      muted: () => this.#replaying || !this.#access.mayWrite || document.visibilityState === 'hidden',
      limit: (bound) => (bound === 'rows' ? terminal.rows : terminal.cols),
      onClipboard: (data) => this.#clipboard(data),
    });
  }

  #listen(): void {
    const terminal = this.#terminal;
    const encoder = new TextEncoder();
    terminal.onData((text) => this.#type(encoder.encode(text)));
    terminal.onBinary((text) => this.#type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    terminal.onBell(() => {
      if (!this.#replaying && this.#mayRing(performance.now())) this.#hooks.onBell();
    });
    terminal.onResize(() => this.#setStateSoon());
    terminal.onSelectionChange(() => {
      const selected = terminal.hasSelection();
      this.#set({ selected });
    });
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      this.#set({ results: { index: resultIndex, count: resultCount } }),
    );
    terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    const { signal } = this.#stop;
    terminal.textarea?.addEventListener(
      'focus',
      () => {
        this.#size.own();
        this.#fitSoon();
        this.#set({ focused: true });
      },
      { signal },
    );
    terminal.textarea?.addEventListener(
      'blur',
      () => {
        this.#keys.release();
        this.#set({ focused: false });
      },
      { signal },
    );
    this.root.addEventListener(
      'paste',
      (event) => {
        // xterm.js would send it as it is.
        event.preventDefault();
        event.stopPropagation();
        const text = event.clipboardData?.getData('text/plain');
        if (text) this.#hooks.onPaste(text);
      },
      { capture: true, signal },
    );
    this.root.addEventListener(
      'mousedown',
      () => window.addEventListener('mouseup', () => this.#copySelection(), { once: true, signal }),
      { signal },
    );
  }

  #key(event: KeyboardEvent): boolean {
    const owner = this.#keys.owner(event);
    switch (owner.to) {
      case 'guest':
        // The window's shortcuts must not see it.
        event.stopPropagation();
        return true;
      case 'terminal':
        event.preventDefault();
        event.stopPropagation();
        this.#hooks.onCommand(owner.command);
        return false;
      case 'app':
        event.stopPropagation();
        if (!this.root.dispatchEvent(forApp(event, owner.bare))) event.preventDefault();
        return false;
      case 'browser':
        event.stopPropagation();
        return false;
      case 'nobody':
        event.stopPropagation();
        return false;
    }
  }

  #type(bytes: Uint8Array): void {
    const { phase } = this.store.getState();
    if (!this.#access.mayWrite || !this.#access.up || phase === 'lost' || phase === 'refused') return;
    if (!this.#input.push(bytes)) this.#hooks.onError(inputFull());
    else this.#meter.typed(performance.now());
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; from += SLICE) {
      const slice = bytes.subarray(from, from + SLICE);
      this.#behind += slice.length;
      this.#terminal.write(slice, () => this.#parsed(slice.length));
    }
    while (this.#behind > BEHIND && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
    }
  }

  #parsed(bytes: number): void {
    this.#behind -= bytes;
    if (!this.#replaying) this.#meter.took(bytes, performance.now());
    this.#setStateSoon();
    if (this.#behind <= BEHIND) {
      this.#room?.();
      this.#room = undefined;
    }
  }

  #live(): void {
    this.#replaying = false;
    this.#open();
    this.#set({ phase: 'live' });
    // Whoever sits at this window is the one who looks.
    if (document.hasFocus()) this.#size.own();
    this.#fitNow();
  }

  /** A line of our own. A program that has the whole screen keeps it. */
  #note(text: string): void {
    this.#terminal.write('', () => {
      if (this.#terminal.buffer.active.type === 'normal') this.#terminal.write(NOTE(text));
    });
  }

  #clipboard(data: string): void {
    const request = clipboardRequest(data, this.#preferences.allowClipboard && this.hasFocus);
    if (request.kind === 'refused') this.#set({ clipboardRefused: true });
    else navigator.clipboard.writeText(request.text).catch(this.#hooks.onError);
  }

  #link(event: MouseEvent, address: string): void {
    event.preventDefault();
    this.#hooks.onLink(address);
  }

  #copySelection(): void {
    if (!this.#preferences.copyOnSelect) return;
    const text = this.selection;
    if (text !== '') navigator.clipboard.writeText(text).catch(this.#hooks.onError);
  }

  #resized(columns: number, rows: number): void {
    if (!this.#size.heard(columns, rows)) return;
    this.#terminal.resize(columns, rows);
  }

  #fitTimer: ReturnType<typeof setTimeout> | undefined;

  #fitSoon(): void {
    clearTimeout(this.#fitTimer);
    this.#fitTimer = setTimeout(() => this.#fitNow(), 60);
  }

  /** Only the viewer that had the focus last gives the terminal its size; without any, whoever is there. */
  #fitNow(): void {
    if (this.#stop.signal.aborted || this.root.clientWidth === 0 || !this.#size.isOurs) return;
    const wanted = this.#fit.proposeDimensions();
    if (!wanted || Number.isNaN(wanted.cols) || Number.isNaN(wanted.rows)) return;
    const { columns, rows } = this.#resize(wanted.cols, wanted.rows);
    if (this.#access.mayWrite && !this.#replaying) this.#size.tell(columns, rows);
  }

  /** Within bounds. */
  #resize(wantedColumns: number, wantedRows: number): { columns: number; rows: number } {
    const columns = Math.max(2, Math.min(1000, wantedColumns));
    const rows = Math.max(1, Math.min(1000, wantedRows));
    if (this.#terminal.cols !== columns || this.#terminal.rows !== rows) this.#terminal.resize(columns, rows);
    return { columns, rows };
  }

  #visible = true;

  #unread(): void {
    if (!this.#visible && !this.store.getState().unread) this.#set({ unread: true });
  }

  #set(state: Partial<TerminalState>): void {
    this.store.setState(state);
    this.#setStateSoon();
  }

  /** Figures that change with every byte are shown four times a second, until they have come to rest. */
  #setStateSoon(): void {
    this.#stateTimer ??= setTimeout(() => {
      this.#stateTimer = undefined;
      if (this.#stop.signal.aborted) return;
      const bytesPerSecond = this.#meter.bytesPerSecond(performance.now());
      const { cols, rows, buffer } = this.#terminal;
      this.store.setState({
        columns: cols,
        rows,
        lines: buffer.normal.length,
        bytesPerSecond,
        latency: this.#meter.latency,
      });
      if (bytesPerSecond > 0) this.#setStateSoon();
    }, STATE_EVERY_MS);
  }
}

export interface TerminalSetUp {
  readonly preferences: Preferences['console'];
  readonly hooks: TerminalHooks;
  readonly mac: boolean;
  /** Accessible name. */
  readonly label: string;
}

/**
 * The same key for the window's shortcuts, which look at nothing that comes from inside of a terminal. `bare`: without the host
 * key's own modifier.
 */
function forApp({ key, code, shiftKey, altKey, ctrlKey, metaKey }: KeyboardEvent, bare: boolean): KeyboardEvent {
  const modifiers = bare ? {} : { ctrlKey, metaKey };
  return new KeyboardEvent('keydown', { key, code, shiftKey, altKey, ...modifiers, bubbles: true, cancelable: true });
}

function inputFull(): InnError {
  return new InnError('The guest does not take what is typed: too much of it waits already', {
    code: 'console-stuck',
    nextStep: 'Wait until it has read what it was sent, or reset the machine.',
  });
}
