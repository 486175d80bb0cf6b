import type { Wire } from './wire.ts';
import { MAX_MESSAGE } from './wire.ts';
import { WireEnd } from './wire-end.ts';

/** Two ends of a wire within one thread. Messages arrive in order and never during `send`. */
export function wirePair(): [Wire, Wire] {
  const left: WireEnd = new WireEnd((reason) => close(left, right, reason));
  const right: WireEnd = new WireEnd((reason) => close(right, left, reason));
  return [half(left, right), half(right, left)];
}

function close(own: WireEnd, other: WireEnd, reason?: string): void {
  if (own.end(reason)) queueMicrotask(() => other.end(reason));
}

function half(own: WireEnd, other: WireEnd): Wire {
  return {
    send: (message) => {
      if (own.isClosed) return;
      if (message.length > MAX_MESSAGE) close(own, other, 'a message was too large');
      else queueMicrotask(() => other.deliver(message));
    },
    onMessage: (listener) => own.onMessage(listener),
    onClose: (listener) => own.onClose(listener),
    close: () => close(own, other),
  };
}
