/** The wire of the app's own window: a port that the preload script hands over. */
import { InnError } from '../../shared/base/errors.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { type Bridge, PORT_MESSAGE } from './bridge.ts';
import { queuedListener } from './queued-listener.ts';

const ANSWER_WITHIN_MS = 10_000;

export function openPort(bridge: Bridge): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      window.removeEventListener('message', onPort);
      reject(
        new InnError('The app does not answer', {
          code: 'connection-lost',
          nextStep: 'Quit Innkeeper and start it again.',
        }),
      );
    }, ANSWER_WITHIN_MS);
    function onPort(event: MessageEvent<unknown>): void {
      const port = event.ports[0];
      if (event.source !== window || event.data !== PORT_MESSAGE || !port) return;
      window.removeEventListener('message', onPort);
      clearTimeout(timer);
      resolve(wireOf(port));
    }
    window.addEventListener('message', onPort);
    bridge.requestPort();
  });
}

function wireOf(port: MessagePort): Wire {
  const messages = queuedListener<Uint8Array>();
  const ended = queuedListener<string | undefined>();
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    port.close();
    ended.push(undefined);
  };
  port.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data === null) end();
    else if (event.data instanceof Uint8Array) messages.push(event.data);
    else if (event.data instanceof ArrayBuffer) messages.push(new Uint8Array(event.data));
  });
  port.addEventListener('close', end);
  port.start();
  return {
    send: (message) => {
      if (open) port.postMessage(message);
    },
    onMessage: messages.listen,
    onClose: ended.listen,
    close: () => {
      if (open) port.postMessage(null);
      end();
    },
  };
}
