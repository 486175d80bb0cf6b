/**
 * Made-up machines behind the real server, and the pages of the peers: a process of its own, so that its work and the benchmark's
 * own do not wait for each other. Asked through the channel to its parent; ends with it.
 */
import { promises as fs } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { WebSocketServer } from 'ws';
import { readAssets, windowFolder } from '../../../main/serve/assets.ts';
import { openServer } from '../../../main/serve/server.ts';
import { wirePair } from '../../../shared/rpc/pair.ts';
import { serve } from '../../../shared/rpc/server.ts';
import { MadeUpConsole } from '../../fixtures/made-up-console.ts';
import { windowHost } from '../../fixtures/window-host.ts';
import type { Answer, Question } from './made-up.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const XTERM = path.join(ROOT, 'node_modules/@xterm/xterm');
const PEER_FILES: Readonly<Record<string, { file: string; type: string }>> = {
  '/tree.html': { file: path.join(import.meta.dirname, 'peers/tree.html'), type: 'text/html; charset=utf-8' },
  '/tree.js': { file: path.join(import.meta.dirname, 'peers/tree.js'), type: 'text/javascript' },
  '/terminal.html': { file: path.join(import.meta.dirname, 'peers/terminal.html'), type: 'text/html; charset=utf-8' },
  '/terminal.js': { file: path.join(import.meta.dirname, 'peers/terminal.js'), type: 'text/javascript' },
  '/xterm.mjs': { file: path.join(XTERM, 'lib/xterm.mjs'), type: 'text/javascript' },
  '/xterm.css': { file: path.join(XTERM, 'css/xterm.css'), type: 'text/css' },
};

const [machines = '500'] = process.argv.slice(2);
const host = windowHost({ machines: Number(machines) });
const list = await host.handlers['machine.list']({}, new AbortController().signal);

const server = await openServer({
  port: 0,
  version: '0.1.0',
  assets: await readAssets(windowFolder()),
  connect: (access) => {
    const [near, far] = wirePair();
    serve(far, { handlers: host.handlers, version: '0.1.0', kind: 'serve', access, onBug: console.error });
    return Promise.resolve(near);
  },
  onBug: console.error,
});

/** What a console of the made-up host says to `lines`, as one piece. */
async function history(lines: number): Promise<Uint8Array> {
  const made = await MadeUpConsole.open('');
  made.type(Buffer.from(`lines ${lines}\r`));
  const parts: Uint8Array[] = [];
  for await (const event of made.hub.attach(new AbortController().signal)) {
    if (event.kind !== 'replay') continue;
    parts.push(event.bytes);
    if (event.last) break;
  }
  return Buffer.concat(parts);
}

let said: Uint8Array = new Uint8Array();
const peers = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const found = PEER_FILES[pathname];
  if (pathname === '/history') response.end(said);
  else if (pathname === '/machines.json') {
    response.end(JSON.stringify(list.map(({ settings, state }) => ({ name: settings.name, state }))));
  } else if (found) {
    fs.readFile(found.file).then(
      (bytes) => response.setHeader('content-type', found.type).end(bytes),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  } else response.writeHead(404).end();
});
const sockets = new WebSocketServer({ server: peers, path: '/console', perMessageDeflate: false });
sockets.on('connection', (socket, request) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  void (async () => {
    const made = await MadeUpConsole.open('');
    made.type(Buffer.from(`pour ${searchParams.get('pour')}\r`));
    const gone = new AbortController();
    socket.on('message', (data) => made.type(data as Buffer));
    socket.on('close', () => {
      gone.abort();
      made.type(Buffer.from('\x03'));
    });
    for await (const event of made.hub.attach(gone.signal)) {
      if (event.kind === 'replay' || event.kind === 'output') socket.send(event.bytes);
    }
  })().catch(console.error);
});
await new Promise<void>((resolve) => {
  peers.listen(0, '127.0.0.1', resolve);
});

/** What it said in earlier rounds is not to come again. */
async function clear(machine: number): Promise<void> {
  const id = list[machine]?.id ?? '';
  await host.handlers['console.clear']({ id, console: 'hvc0' }, new AbortController().signal);
}

async function type(machine: number, text: string): Promise<void> {
  const id = list[machine]?.id ?? '';
  await host.handlers['console.input']({ id, console: 'hvc0', bytes: Buffer.from(text) }, new AbortController().signal);
}

async function answer(question: Question): Promise<Answer> {
  switch (question.ask) {
    case 'where':
      return {
        link: server.link('write', 60).url,
        peers: `http://127.0.0.1:${(peers.address() as AddressInfo).port}`,
        ids: list.map(({ id }) => id),
      };
    case 'history':
      said = await history(question.lines);
      await clear(question.machine);
      await type(question.machine, `lines ${question.lines}\r`);
      return null;
    case 'pour':
      await type(question.machine, `pour ${question.perSecond}\r`);
      return null;
    case 'stop':
      await type(question.machine, '\x03');
      return null;
  }
}

process.on('message', (question: Question) => {
  answer(question).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ result: null });
