/** A wire over a stream of bytes, such as a local socket or a Windows pipe: [u32 little-endian: length][message] ... */
import type { Duplex } from 'node:stream';
import type { Wire } from '../../shared/rpc/wire.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { WireEnd } from '../../shared/rpc/wire-end.ts';
import { LINGER_MS, MAX_UNSENT, PEER_STALLED, TOO_LARGE } from './limits.ts';
import { MessageReader } from './message-reader.ts';

const PREFIX = 4;

/** Takes the stream over: nobody else may read from it, write to it or end it. */
export function streamWire(stream: Duplex): Wire {
  const end = new WireEnd((reason) => abandon(reason));
  const reader = new MessageReader((message) => end.deliver(message));
  let corked = false;

  const close = (reason?: string) => {
    if (!end.end(reason)) return;
    stream.end();
    // Drops what still comes, which also lets the end of it be seen.
    stream.resume();
    const timer = setTimeout(() => stream.destroy(), LINGER_MS);
    timer.unref();
    stream.once('close', () => clearTimeout(timer));
  };
  const abandon = (reason?: string) => {
    end.end(reason);
    stream.destroy();
  };

  stream.on('data', (chunk: Buffer) => {
    if (!end.isClosed && !reader.take(chunk)) close(TOO_LARGE);
  });
  stream.on('end', () => close());
  stream.on('close', () => close());
  stream.on('error', (error) => abandon(error.message));
  if (stream.destroyed) end.end();

  return {
    send: (message) => {
      if (end.isClosed) return;
      if (message.length > MAX_MESSAGE) {
        close(TOO_LARGE);
        return;
      }
      if (!corked) {
        // One system call for all that is sent in one go.
        corked = true;
        stream.cork();
        process.nextTick(() => {
          corked = false;
          stream.uncork();
        });
      }
      const prefix = Buffer.allocUnsafe(PREFIX);
      prefix.writeUInt32LE(message.length);
      stream.write(prefix);
      stream.write(message);
      if (stream.writableLength > MAX_UNSENT) abandon(PEER_STALLED);
    },
    onMessage: (listener) => end.onMessage(listener),
    onClose: (listener) => end.onClose(listener),
    close: () => close(),
  };
}
