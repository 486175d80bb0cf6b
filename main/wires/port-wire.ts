/**
 * A wire over a message port: a `MessagePort` of worker threads or Electron's `MessagePortMain`. Bytes are sent as plain copies,
 * never transferred: Electron loses transferred buffers.
 */
import { MiB } from '../../shared/base/units.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { WireEnd } from '../../shared/rpc/wire-end.ts';
import { MAX_UNSENT, PEER_STALLED, TOO_LARGE } from './limits.ts';

/** What both kinds of ports have in common. Node hands listeners the value itself, Electron an event with `data`. */
export interface Port {
  postMessage(value: unknown): void;
  on(event: 'message', listener: (value: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

export interface PortWireOptions {
  /**
   * Both ends tell each other what they took, and the wire closes when too much waits: a port itself queues without end. Both
   * ends have to be such wires; a window's is not.
   */
  readonly bounded?: boolean;
}

/** Bytes after which the receiver of a bounded wire says how many it has taken so far, as a number. */
const RECEIPT_BYTES = MiB;

/** Takes the port over. */
export function portWire(port: Port, { bounded = false }: PortWireOptions = {}): Wire {
  const end = new WireEnd((reason) => close(reason));
  let sent = 0;
  /** Of what was sent, what the other end took. */
  let arrived = 0;
  let taken = 0;
  /** Of what was taken, what the other end knows of. */
  let told = 0;

  const close = (reason?: string) => {
    if (end.end(reason)) port.close();
  };

  port.on('message', (value) => {
    const data = dataOf(value);
    if (data instanceof Uint8Array) {
      if (data.length > MAX_MESSAGE) {
        close(TOO_LARGE);
        return;
      }
      end.deliver(data);
      taken += data.length;
      if (bounded && taken - told >= RECEIPT_BYTES && !end.isClosed) {
        told = taken;
        port.postMessage(taken);
      }
    } else if (bounded && typeof data === 'number') {
      arrived = data;
    } else close('a message was no bytes');
  });
  port.on('close', () => end.end());
  port.start();
  // Says that there will be receipts: an end that expects none closes at once, not only when the first megabyte went by.
  if (bounded) port.postMessage(0);

  return {
    send: (message) => {
      if (end.isClosed) return;
      if (message.length > MAX_MESSAGE) {
        close(TOO_LARGE);
        return;
      }
      // A port clones all of the buffer that a view stands in.
      port.postMessage(message.length === message.buffer.byteLength ? message : new Uint8Array(message));
      sent += message.length;
      if (bounded && sent - arrived > MAX_UNSENT) close(PEER_STALLED);
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close: () => close(),
  };
}

function dataOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'data' in value ? value.data : value;
}
