/** The wire of a window in a browser. Who it is was settled before, by the cookie that the page came with. */
import { InnError } from '../../shared/base/errors.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { queuedListener } from './queued-listener.ts';

/** Where `inn serve` takes WebSockets. */
const WIRE_PATH = '/wire';

export function openWebSocket(location: Location): Promise<Wire> {
  const url = new URL(WIRE_PATH, location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const messages = queuedListener<Uint8Array>();
    let onClose: ((reason?: string) => void) | undefined;
    let closed: { reason?: string } | undefined;
    socket.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) messages.push(new Uint8Array(event.data));
      else socket.close(1003);
    });
    socket.addEventListener('close', (event) => {
      closed = event.reason === '' ? {} : { reason: event.reason };
      onClose?.(closed.reason);
      reject(
        new InnError('The host does not answer', {
          code: 'connection-lost',
          nextStep: 'Start it again with `inn serve`, and open the address that it prints.',
        }),
      );
    });
    socket.addEventListener('open', () =>
      resolve({
        send: (message) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(message as Uint8Array<ArrayBuffer>);
        },
        onMessage: messages.listen,
        onClose: (listener) => {
          onClose = listener;
          if (closed) listener(closed.reason);
        },
        close: () => socket.close(),
      }),
    );
  });
}
