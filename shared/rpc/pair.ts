import type { Wire } from './wire.ts';
import { MAX_MESSAGE } from './wire.ts';
import { WireEnd } from './wire-end.ts';

/** Two ends of a wire within one thread. Messages arrive in order and never during `send`. */
export function wirePair(): [Wire, Wire] {
  const left = new WireEnd();
  const right = new WireEnd();
  return [half(left, right), half(right, left)];
}

function half(own: WireEnd, other: WireEnd): Wire {
  const close = (reason?: string) => {
    if (own.end(reason)) queueMicrotask(() => other.end(reason));
  };
  return {
    send: (message) => {
      if (own.isClosed) return;
      if (message.length > MAX_MESSAGE) close('a message was too large');
      else queueMicrotask(() => other.deliver(message));
    },
    onMessage: (listener) => own.onMessage(listener),
    onClose: (listener) => own.onClose(listener),
    close: () => close(),
  };
}
