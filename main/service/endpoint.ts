/** The door for other processes of the same user: a socket or pipe. Whoever knows the token of `host.json` may come in. */
import { promises as fs } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { InnError, isInnError } from '../../shared/base/errors.ts';
import type { Access } from '../../shared/contract/method.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { relay } from '../wires/relay.ts';
import { streamWire } from '../wires/stream-wire.ts';
import { type Ask, encodeGreeting, parseGreeting, sameSecret, splitFirst } from './greeting.ts';

/** Milliseconds for the greeting. */
const GREETING_MS = 5000;
/** Doors at a time, those included that have not said who they are. */
const MAX_DOORS = 128;

export interface EndpointOptions {
  readonly path: string;
  readonly token: string;
  /** A wire to the host. */
  connect(access: Access): Promise<Wire>;
  /** Ends the host, or throws an `InnError` that says why not. Resolves once that is decided. */
  stop(machines: Extract<Ask, { kind: 'stop' }>['machines']): Promise<void>;
  /** So many doors are open now. */
  onDoors(count: number): void;
}

export interface Endpoint {
  /** Closes all doors too. */
  close(): Promise<void>;
}

export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const sockets = new Set<Socket>();
  let doors = 0;
  const onWire = async (wire: Wire): Promise<void> => {
    const { first, rest } = splitFirst(wire, GREETING_MS);
    const message = await first;
    const greeting = message && parseGreeting(message);
    if (!greeting || !sameSecret(greeting.token, options.token)) {
      wire.send(encodeGreeting({ ok: false, error: notAuthorised }));
      wire.close();
      return;
    }
    if (greeting.ask.kind === 'stop') {
      await options.stop(greeting.ask.machines);
      wire.send(encodeGreeting({ ok: true }));
      return;
    }
    options.onDoors(++doors);
    rest.onClose(() => options.onDoors(--doors));
    relay(rest, await options.connect(greeting.ask.access));
    wire.send(encodeGreeting({ ok: true }));
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const wire = streamWire(socket);
    onWire(wire).catch((error: unknown) => {
      if (isInnError(error)) {
        const { code, message, nextStep, details } = error;
        wire.send(encodeGreeting({ ok: false, error: { code, message, nextStep, details } }));
      }
      wire.close();
    });
  });
  server.maxConnections = MAX_DOORS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new InnError(`Other programs of yours cannot be let in at ${options.path}: ${cause.message}`, {
          code: 'data-folder-unusable',
          nextStep: 'Set INN_HOME to a folder on a local disk; not every network or shared drive can hold a socket.',
          cause,
        }),
      );
    });
    server.listen(options.path, resolve);
  });
  if (process.platform !== 'win32') await fs.chmod(options.path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

const notAuthorised = {
  code: 'not-authorised',
  message: 'The token is not the one of this host',
  nextStep: 'Try again: the host may just have been started anew.',
};
