/**
 * What client and server say to each other: one frame is one message. `hello` and `refused` keep their shape in every protocol,
 * so that any two versions can tell each other that they do not match.
 */
import type { Access } from '../contract/method.ts';
import type { ErrorData } from '../contract/operation.ts';
export interface ClientHello {
  readonly t: 'hello';
  readonly protocol: number;
  /** Of Innkeeper, for people. */
  readonly version: string;
  readonly token?: string;
  /** All it wants; the server may grant less. */
  readonly access?: Access;
}
/** Each `call` gets exactly one `ok`, `err` or `end`, also when it was cancelled. */
export type ClientFrame =
  | ClientHello
  /** Starts a call or a stream. Ids of one connection rise. */
  | {
      readonly t: 'call';
      readonly id: number;
      readonly method: string;
      readonly args: unknown;
    }
  /** A stream may send so many more events, and bytes of messages. */
  | {
      readonly t: 'more';
      readonly id: number;
      readonly items: number;
      readonly bytes: number;
    }
  | {
      readonly t: 'cancel';
      readonly id: number;
    };
export interface ServerHello {
  readonly t: 'hello';
  readonly protocol: number;
  readonly version: string;
  /** What the host runs in: `app`, `serve`, `background`. */
  readonly kind: string;
  readonly access: Access;
}
export type ServerFrame =
  | ServerHello
  | {
      readonly t: 'refused';
      readonly error: ErrorData;
    }
  | {
      readonly t: 'ok';
      readonly id: number;
      readonly value?: unknown;
    }
  | {
      readonly t: 'err';
      readonly id: number;
      readonly error: ErrorData;
    }
  | {
      readonly t: 'item';
      readonly id: number;
      readonly value?: unknown;
    }
  | {
      readonly t: 'end';
      readonly id: number;
    };
/** Throws `CodecError` (`malformed`) for anything else. */
export declare function decodeClientFrame(message: Uint8Array): ClientFrame;
/** Throws `CodecError` (`malformed`) for anything else. */
export declare function decodeServerFrame(message: Uint8Array): ServerFrame;
