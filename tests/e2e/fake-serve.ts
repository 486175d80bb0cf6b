/**
 * Shows the built window with made-up machines: `node tests/e2e/fake-serve.ts [machines] [port]`. For working on the window
 * without engines; nothing of it is in the product.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { WebSocketServer } from 'ws';
import { securityHeaders } from '../../main/serve/guard.ts';
import { serve } from '../../shared/rpc/server.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { windowHost } from '../fixtures/window-host.ts';

const PAGE = process.env.PAGE ?? path.join(import.meta.dirname, '../../build/renderer');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const [machines = '8', port = '0'] = process.argv.slice(2);
const host = windowHost({
  machines: Number(machines),
  logEntries: Number(process.env.LOG ?? 5),
  notices: process.env.NOTICE
    ? [
        {
          id: 'damaged',
          level: 'warning',
          code: 'machine-damaged',
          message: 'The machine “web” could not be read and was set aside',
          nextStep: 'Its files are kept in machines/mmmmmmmmmmzz.damaged.',
        },
      ]
    : [],
});

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (request.method === 'POST' && pathname === '/links') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ url: '/?token=made-up' }));
    return;
  }
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  readFile(path.join(PAGE, path.normalize(name))).then(
    (bytes) =>
      response
        .setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream')
        .setHeaders(new Map(Object.entries(securityHeaders(request.headers.host ?? ''))))
        .end(bytes),
    () => response.writeHead(404).end(),
  );
});

const sockets = new WebSocketServer({ server, path: '/wire' });
sockets.on('connection', (socket, request) => {
  const wire: Wire = {
    send: (message) => socket.send(message),
    onMessage: (listener) => {
      socket.on('message', (data) => listener(new Uint8Array(data as Buffer)));
    },
    onClose: (listener) => {
      socket.on('close', (_code, reason) => listener(reason.toString()));
    },
    close: () => socket.close(),
  };
  const access = request.url?.includes('view') || process.env.VIEW_ONLY ? 'read' : 'write';
  serve(wire, { handlers: host.handlers, version: '0.1.0', kind: 'serve', access, onBug: console.error });
});

server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) process.stdout.write(`http://127.0.0.1:${address.port}/\n`);
});
