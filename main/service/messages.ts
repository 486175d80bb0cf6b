/** What the thread of the host and the process around it tell each other. */
import type { MessagePort } from 'node:worker_threads';
import type { Access } from '../../shared/contract/method.ts';
import type { ErrorData } from '../../shared/contract/operation.ts';
import type { Ending } from '../host/parts.ts';

/** What a host does with machines that still run when it ends. */
export type { Ending } from '../host/parts.ts';

/** What a host is started with; handed to its thread. */
export interface HostSetup {
  readonly kind: 'app' | 'serve' | 'background';
  readonly version: string;
  readonly dataFolder: string;
  /** A folder with ready guests in folders by the name of their kernel, where Innkeeper was packaged with them. */
  readonly guestFolder: string | undefined;
}

export type ToHost =
  /** `port` becomes a bounded wire (`main/wires/port-wire.ts`) that grants no more than `access`. */
  | { readonly kind: 'connect'; readonly port: MessagePort; readonly access: Access }
  | { readonly kind: 'stop'; readonly machines: Ending };

export type LogLevel = 'info' | 'warn' | 'error';

export type FromHost =
  | { readonly kind: 'ready' }
  /** It could not start. `bug` where that is not something that a user can mend; the message is the stack then. */
  | { readonly kind: 'failed'; readonly error: ErrorData; readonly bug: boolean }
  /** So many machines run: the host is needed. */
  | { readonly kind: 'running'; readonly count: number }
  /** A door asked for the host's end. */
  | { readonly kind: 'stop-requested' }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string }
  | { readonly kind: 'stopped' };
