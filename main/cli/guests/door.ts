/** What a command that talks to the host is given, and the registry's way to say what it does. */
import type { Client } from '../../../shared/rpc/client.ts';

export interface Output {
  /** `--json`: for programs. One JSON value, or one per line where events go on. */
  readonly json: boolean;
  /** Standard output. Tables get colour and live lines only on a terminal. */
  readonly isTerminal: boolean;
  readonly columns: number;
  /** Writes a line to standard output. */
  line(text: string): void;
  /** Writes to standard output as it is. */
  raw(text: string): void;
  /** A remark for people, to standard error. */
  say(text: string): void;
}

export interface Door {
  readonly client: Client;
  readonly output: Output;
  /** Fires on Ctrl-C; a second Ctrl-C ends the process. */
  readonly signal: AbortSignal;
}

/** Resolves to the exit status; nothing stands for success. */
export type Work = (door: Door) => Promise<number> | Promise<void>;
/** Connects to the host, does the work and leaves. */
export type Act = (work: Work, options: { readonly json?: boolean | undefined }) => Promise<void>;
