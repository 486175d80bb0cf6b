/** Every wire there is, made anew for each test. A new wire is a row here; then the whole suite runs over it. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';
import { portWire } from '../../main/wires/port-wire.ts';
import { relay } from '../../main/wires/relay.ts';
import { streamWire } from '../../main/wires/stream-wire.ts';
import { WEBSOCKET_OPTIONS, webSocketWire } from '../../main/wires/websocket-wire.ts';
import { wirePair } from '../../shared/rpc/pair.ts';
import type { Wire } from '../../shared/rpc/wire.ts';

export interface WirePair {
  /** The door's end. */
  readonly client: Wire;
  /** The host's end. */
  readonly server: Wire;
  /** Ends the transport from below, as a crash or a pulled cable would. */
  readonly cut: () => void;
}

/** Where wires are made: a listener, say, which outlives single connections. */
export interface Transport {
  open(): Promise<WirePair>;
  close(): Promise<void>;
}

export interface WireKind {
  readonly name: string;
  readonly start: () => Promise<Transport>;
}

const nothing = () => Promise.resolve();

async function channels(): Promise<Transport> {
  return {
    open: () => {
      const { port1, port2 } = new MessageChannel();
      return Promise.resolve({
        client: portWire(port1, { bounded: true }),
        server: portWire(port2, { bounded: true }),
        cut: () => port1.close(),
      });
    },
    close: nothing,
  };
}

interface Sockets {
  open(): Promise<[net.Socket, net.Socket]>;
  close(): Promise<void>;
}

/** A local socket, on Windows a named pipe. */
async function localSockets(): Promise<Sockets> {
  const folder = mkdtempSync(path.join(tmpdir(), 'inn-wire-'));
  const address =
    process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(folder)}` : path.join(folder, 'host.sock');
  const server = net.createServer();
  server.listen(address);
  await once(server, 'listening');
  return {
    open: async () => {
      const accepted = once(server, 'connection') as Promise<[net.Socket]>;
      const client = net.connect(address);
      await once(client, 'connect');
      return [client, (await accepted)[0]];
    },
    close: async () => {
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function sockets(): Promise<Transport> {
  const { open, close } = await localSockets();
  return {
    open: async () => {
      const [near, far] = await open();
      return { client: streamWire(near), server: streamWire(far), cut: () => near.destroy() };
    },
    close,
  };
}

async function webSockets(): Promise<Transport> {
  const server = new WebSocketServer({ ...WEBSOCKET_OPTIONS, host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  return {
    open: async () => {
      const accepted = once(server, 'connection') as Promise<[WebSocket]>;
      // Not yet open: what is sent has to wait by itself.
      const near = new WebSocket(`ws://127.0.0.1:${port}`, WEBSOCKET_OPTIONS);
      const client = webSocketWire(near);
      return { client, server: webSocketWire((await accepted)[0]), cut: () => near.terminate() };
    },
    close: async () => {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As a command's connection goes: through a process that only passes messages on to the thread of the host. */
async function relays(): Promise<Transport> {
  const { open, close } = await localSockets();
  return {
    open: async () => {
      const [near, far] = await open();
      const { port1, port2 } = new MessageChannel();
      relay(streamWire(far), portWire(port1, { bounded: true }));
      return { client: streamWire(near), server: portWire(port2, { bounded: true }), cut: () => far.destroy() };
    },
    close,
  };
}

export const WIRES: readonly WireKind[] = [
  {
    name: 'in-process pair',
    start: () =>
      Promise.resolve({
        open: () => {
          const [client, server] = wirePair();
          return Promise.resolve({ client, server, cut: () => server.close() });
        },
        close: nothing,
      }),
  },
  { name: 'message port', start: channels },
  { name: process.platform === 'win32' ? 'named pipe' : 'local socket', start: sockets },
  { name: 'WebSocket', start: webSockets },
  { name: 'relay from socket to port', start: relays },
];
