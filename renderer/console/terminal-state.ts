import { createStore, type StoreApi } from 'zustand/vanilla';

/** What of a terminal the window shows around it. */
export interface TerminalState {
  /** `replaying`: what it said before is still coming. `lost`: the text is kept. */
  readonly phase: 'connecting' | 'replaying' | 'live' | 'lost' | 'refused';
  readonly error: unknown;
  readonly columns: number;
  readonly rows: number;
  /** Of scrollback and screen. */
  readonly lines: number;
  readonly bytesPerSecond: number;
  /** Milliseconds from the last answered key to its echo. */
  readonly latency: number | null;
  readonly focused: boolean;
  readonly selected: boolean;
  /** Something came while it was out of sight. */
  readonly unread: boolean;
  /** The guest asked for the clipboard. */
  readonly clipboardRefused: boolean;
  /** `index` from 0; -1 where there are more matches than are counted. */
  readonly results: { readonly index: number; readonly count: number } | null;
}

export type TerminalStore = StoreApi<TerminalState>;

export function newTerminalState(): TerminalStore {
  return createStore<TerminalState>(() => ({
    phase: 'connecting',
    error: null,
    columns: 80,
    rows: 24,
    lines: 0,
    bytesPerSecond: 0,
    latency: null,
    focused: false,
    selected: false,
    unread: false,
    clipboardRefused: false,
    results: null,
  }));
}
