/** What is compared: on each transport a wire of ours, and lines of bare JSON as one would write them in an afternoon. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { WebSocket, WebSocketServer } from 'ws';
import { portWire } from '../../../main/wires/port-wire.ts';
import { relay } from '../../../main/wires/relay.ts';
import { streamWire } from '../../../main/wires/stream-wire.ts';
import { WEBSOCKET_OPTIONS, webSocketWire } from '../../../main/wires/websocket-wire.ts';
import { wirePair } from '../../../shared/rpc/pair.ts';
import type { Wire } from '../../../shared/rpc/wire.ts';

/** One end of the peer: texts of JSON, each whole. */
export interface Line {
  send(text: string): void;
  onText(listener: (text: string) => void): void;
}

export interface Transport {
  readonly name: string;
  /** A new connection, client's end first. */
  wires(): Promise<readonly [Wire, Wire]>;
  lines(): Promise<readonly [Line, Line]>;
  close(): void;
}

function memory(): Transport {
  return {
    name: 'pair',
    wires: () => Promise.resolve(wirePair()),
    lines: () => {
      const listeners: ((text: string) => void)[] = [];
      const end = (own: 0 | 1): Line => ({
        send: (text) => queueMicrotask(() => listeners[1 - own]?.(text)),
        onText: (listener) => {
          listeners[own] = listener;
        },
      });
      return Promise.resolve([end(0), end(1)]);
    },
    close: () => {},
  };
}

const portLine = (port: MessagePort): Line => ({
  send: (text) => port.postMessage(text),
  onText: (listener) => port.on('message', listener),
});

function ports(): Transport {
  const opened: MessageChannel[] = [];
  const channel = () => {
    const made = new MessageChannel();
    opened.push(made);
    return made;
  };
  return {
    name: 'port',
    wires: () => {
      const { port1, port2 } = channel();
      return Promise.resolve([portWire(port1, { bounded: true }), portWire(port2, { bounded: true })]);
    },
    lines: () => {
      const { port1, port2 } = channel();
      return Promise.resolve([portLine(port1), portLine(port2)]);
    },
    close: () => {
      for (const { port1 } of opened) port1.close();
    },
  };
}

async function socketPairs() {
  const folder = mkdtempSync(path.join(tmpdir(), 'inn-bench-'));
  const address =
    process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(folder)}` : path.join(folder, 'bench.sock');
  const server = net.createServer().listen(address);
  await once(server, 'listening');
  return {
    open: async (): Promise<[net.Socket, net.Socket]> => {
      const accepted = once(server, 'connection') as Promise<[net.Socket]>;
      const near = net.connect(address);
      return [near, (await accepted)[0]];
    },
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One text a line. */
function socketLine(socket: net.Socket): Line {
  return {
    send: (text) => socket.write(`${text}\n`),
    onText: (listener) => {
      let rest = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        for (const part of parts) listener(part);
      });
    },
  };
}

async function sockets(): Promise<Transport> {
  const { open, close } = await socketPairs();
  const opened: net.Socket[] = [];
  const pair = async () => {
    const made = await open();
    opened.push(...made);
    return made;
  };
  return {
    name: 'socket',
    wires: async () => {
      const [near, far] = await pair();
      return [streamWire(near), streamWire(far)];
    },
    lines: async () => {
      const [near, far] = await pair();
      return [socketLine(near), socketLine(far)];
    },
    close: () => {
      for (const socket of opened) socket.destroy();
      close();
    },
  };
}

/** Through a middle that only passes on, as a command reaches the host's thread. */
async function relays(): Promise<Transport> {
  const { open, close } = await socketPairs();
  const opened: net.Socket[] = [];
  const channels: MessagePort[] = [];
  const middle = async () => {
    const [near, far] = await open();
    opened.push(near, far);
    const { port1, port2 } = new MessageChannel();
    channels.push(port1);
    return { near, far, port1, port2 };
  };
  return {
    name: 'relay',
    wires: async () => {
      const { near, far, port1, port2 } = await middle();
      relay(streamWire(far), portWire(port1, { bounded: true }));
      return [streamWire(near), portWire(port2, { bounded: true })];
    },
    lines: async () => {
      const { near, far, port1, port2 } = await middle();
      const [left, right] = [socketLine(far), portLine(port1)];
      left.onText((text) => right.send(text));
      right.onText((text) => left.send(text));
      return [socketLine(near), portLine(port2)];
    },
    close: () => {
      for (const socket of opened) socket.destroy();
      for (const port of channels) port.close();
      close();
    },
  };
}

async function webSockets(): Promise<Transport> {
  const server = new WebSocketServer({ ...WEBSOCKET_OPTIONS, host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const pair = async () => {
    const accepted = once(server, 'connection') as Promise<[WebSocket]>;
    const near = new WebSocket(`ws://127.0.0.1:${port}`, WEBSOCKET_OPTIONS);
    const [[far]] = await Promise.all([accepted, once(near, 'open')]);
    return [near, far] as const;
  };
  const line = (socket: WebSocket): Line => ({
    send: (text) => socket.send(text),
    onText: (listener) => socket.on('message', (data) => listener((data as Buffer).toString())),
  });
  return {
    name: 'websocket',
    wires: async () => {
      const [near, far] = await pair();
      return [webSocketWire(near), webSocketWire(far)];
    },
    lines: async () => {
      const [near, far] = await pair();
      return [line(near), line(far)];
    },
    close: () => {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

export const TRANSPORTS: Readonly<Record<string, () => Transport | Promise<Transport>>> = {
  pair: memory,
  port: ports,
  socket: sockets,
  websocket: webSockets,
  relay: relays,
};
