/** A wire over a WebSocket of Node's: one binary message each. A browser's own is in the renderer. */
import { WebSocket } from 'ws';
import type { Wire } from '../../shared/rpc/wire.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { WireEnd } from '../../shared/rpc/wire-end.ts';
import { LINGER_MS, MAX_UNSENT, PEER_STALLED, TOO_LARGE } from './limits.ts';

/** For `new WebSocketServer` and `new WebSocket`. Compression would cost more than it saves on one computer. */
export const WEBSOCKET_OPTIONS = { maxPayload: MAX_MESSAGE, perMessageDeflate: false } as const;

/** Milliseconds between pings. A peer that answered none of one interval is gone: a lost network says nothing else. */
const PING_MS = 30_000;

/** Codes of RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
const MESSAGE_TOO_BIG = 1009;

/** Takes the WebSocket over, which may still be connecting. */
export function webSocketWire(socket: WebSocket): Wire {
  const end = new WireEnd((reason) => abandon(reason));
  /** Sent before the connection was there. */
  let early: Uint8Array[] = [];
  let alive = true;

  const close = (code: number, reason?: string) => {
    if (!end.end(reason)) return;
    clearInterval(pings);
    socket.close(code, reason);
    const timer = setTimeout(() => socket.terminate(), LINGER_MS);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
  };
  const abandon = (reason: string) => {
    end.end(reason);
    clearInterval(pings);
    socket.terminate();
  };
  const pings = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (!alive) abandon('the other side does not answer');
    else {
      alive = false;
      socket.ping();
    }
  }, PING_MS);
  pings.unref();

  const transmit = (message: Uint8Array) => {
    socket.send(message, { binary: true });
    if (socket.bufferedAmount > MAX_UNSENT) abandon(PEER_STALLED);
  };

  socket.on('open', () => {
    for (const message of early) transmit(message);
    early = [];
  });
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data, isBinary) => {
    if (!isBinary) close(UNSUPPORTED_DATA, 'a message was text');
    // A copy, for `ws` hands out slices of what it read at once. Its type allows for other forms than the Buffers that are set.
    else if (Buffer.isBuffer(data)) end.deliver(new Uint8Array(data));
  });
  socket.on('error', (error) => abandon(error.message));
  socket.on('close', (code, reason) => {
    clearInterval(pings);
    const text = reason.toString();
    end.end(text !== '' || code === NORMAL ? text : `WebSocket closed with code ${code}`);
  });
  if (socket.readyState === WebSocket.CLOSED) close(NORMAL);

  return {
    send: (message) => {
      if (end.isClosed) return;
      if (message.length > MAX_MESSAGE) close(MESSAGE_TOO_BIG, TOO_LARGE);
      else if (socket.readyState === WebSocket.CONNECTING) early.push(message);
      else transmit(message);
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close: () => close(NORMAL),
  };
}
