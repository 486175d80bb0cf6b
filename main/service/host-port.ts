/** The host's side of its thread's port: rpc connections over one message port, and news for the process around it. */
import type { MessagePort } from 'node:worker_threads';
import { isInnError } from '../../shared/base/errors.ts';
import { toErrorData } from '../../shared/rpc/errors.ts';
import { serve } from '../../shared/rpc/server.ts';
import type { Host } from '../host/host.ts';
import { portWire } from '../wires/port-wire.ts';
import type { FromHost, HostSetup, LogLevel, ToHost } from './messages.ts';

export type WriteLog = (level: LogLevel, text: string) => void;

/** Opens the host and serves it on `port` until it is stopped. */
export async function serveHostOn(
  port: MessagePort,
  setup: HostSetup,
  open: (log: WriteLog) => Promise<Host>,
): Promise<void> {
  const post = (message: FromHost) => port.postMessage(message);
  const log: WriteLog = (level, text) => post({ kind: 'log', level, text });
  let host: Host;
  try {
    host = await open(log);
  } catch (error) {
    const bug = !isInnError(error);
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const data = bug ? { code: 'internal', message: text, nextStep: '' } : toErrorData(error);
    post({ kind: 'failed', error: data, bug });
    return;
  }
  const { version, kind } = setup;
  const onBug = (error: unknown) => log('error', error instanceof Error ? (error.stack ?? error.message) : `${error}`);
  port.on('message', (message: ToHost) => {
    switch (message.kind) {
      case 'connect':
        serve(portWire(message.port, { bounded: true }), {
          handlers: host.handlers,
          version,
          kind,
          access: message.access,
          onBug,
        });
        return;
      case 'stop':
        host.stop(message.machines).then(
          () => post({ kind: 'stopped' }),
          (error: unknown) => {
            onBug(error);
            post({ kind: 'stopped' });
          },
        );
    }
  });
  const tellRunning = () => post({ kind: 'running', count: host.running() });
  host.onRunningChange(tellRunning);
  void host.stopRequested.then(() => post({ kind: 'stop-requested' }));
  tellRunning();
  post({ kind: 'ready' });
}
