/**
 * What client and server say to each other: one frame is one message. `hello` and `refused` keep their shape in every protocol,
 * so that any two versions can tell each other that they do not match.
 */
import type { Access } from '../contract/method.ts';
import type { ErrorData } from '../contract/operation.ts';
import { CodecError, decode } from './codec.ts';

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
  | { readonly t: 'call'; readonly id: number; readonly method: string; readonly args: unknown }
  /** A stream may send so many more events, and bytes of messages. */
  | { readonly t: 'more'; readonly id: number; readonly items: number; readonly bytes: number }
  | { readonly t: 'cancel'; readonly id: number };

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
  | { readonly t: 'refused'; readonly error: ErrorData }
  | { readonly t: 'ok'; readonly id: number; readonly value?: unknown }
  | { readonly t: 'err'; readonly id: number; readonly error: ErrorData }
  | { readonly t: 'item'; readonly id: number; readonly value?: unknown }
  | { readonly t: 'end'; readonly id: number };

type Fields = Readonly<Record<string, unknown>>;

/** Throws `CodecError` (`malformed`) for anything else. */
export function decodeClientFrame(message: Uint8Array): ClientFrame {
  const frame = fields(decode(message));
  const known =
    frame.t === 'hello'
      ? isCount(frame.protocol) &&
        isText(frame.version) &&
        isOptionalText(frame.token) &&
        isOptionalAccess(frame.access)
      : frame.t === 'call'
        ? isCount(frame.id) && isText(frame.method)
        : frame.t === 'more'
          ? isCount(frame.id) && isCount(frame.items) && isCount(frame.bytes)
          : frame.t === 'cancel' && isCount(frame.id);
  if (!known) throw notAFrame();
  return frame as unknown as ClientFrame;
}

/** Throws `CodecError` (`malformed`) for anything else. */
export function decodeServerFrame(message: Uint8Array): ServerFrame {
  const frame = fields(decode(message));
  const known =
    frame.t === 'ok' || frame.t === 'item' || frame.t === 'end'
      ? isCount(frame.id)
      : frame.t === 'err'
        ? isCount(frame.id) && isErrorData(frame.error)
        : frame.t === 'refused'
          ? isErrorData(frame.error)
          : frame.t === 'hello' &&
            isCount(frame.protocol) &&
            isText(frame.version) &&
            isText(frame.kind) &&
            isAccess(frame.access);
  if (!known) throw notAFrame();
  return frame as unknown as ServerFrame;
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAFrame();
  return value as Fields;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isAccess(value: unknown): boolean {
  return value === 'read' || value === 'write';
}

function isOptionalAccess(value: unknown): boolean {
  return value === undefined || isAccess(value);
}

function isErrorData(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const error = value as Fields;
  return isText(error.code) && isText(error.message) && isText(error.nextStep);
}

function notAFrame(): CodecError {
  return new CodecError('malformed', 'Malformed message: not a frame');
}
