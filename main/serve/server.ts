/** The window over HTTP, and the host over a WebSocket, for browsers on this computer that were given a link. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { isInnError } from '../../shared/base/errors.ts';
import type { Access } from '../../shared/contract/method.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { relay } from '../wires/relay.ts';
import { WEBSOCKET_OPTIONS, webSocketWire } from '../wires/websocket-wire.ts';
import { type Assets, sendAsset } from './assets.ts';
import { cookieOf, hostOf, isOwnOrigin, ownHosts, securityHeaders } from './guard.ts';
import { listenOn } from './listen.ts';
import { PAGES, type Page, renderPage } from './pages.ts';
import { type Session, Sessions } from './sessions.ts';

export interface ServerOptions {
  /** 0 for any that is free; without one the default or the next that is free. */
  readonly port?: number | undefined;
  readonly version: string;
  readonly assets: Assets;
  /** A wire to the host that grants no more than `access`. */
  connect(access: Access): Promise<Wire>;
  /** Gets what went wrong here that is nobody's fault but ours. */
  onBug(error: unknown): void;
  readonly now?: () => number;
}

export interface WindowLink {
  readonly url: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface WindowServer {
  readonly port: number;
  /** An address that lets one browser in, once, within so many minutes. */
  link(access: Access, minutes: number): WindowLink;
  close(): Promise<void>;
}

/** Where the window's WebSocket goes. */
const WIRE_PATH = '/wire';
/** WebSockets at a time: of all, and of one session. A window has one. */
const MAX_WIRES = 64;
const MAX_SESSION_WIRES = 16;
/** Connections at a time, those included that only fetch files. */
const MAX_CONNECTIONS = 256;
/** Bytes of what is posted. */
const MAX_BODY = 4096;
/** Milliseconds for a whole request: browsers on this computer need a few. */
const REQUEST_MS = 10_000;

/** Minutes for which a link that somebody shares is good. */
const LINK_MINUTES = 60;
const linkRequest = z.object({
  access: z.enum(['read', 'write']),
  minutes: z.int().min(1).max(1440).default(LINK_MINUTES),
});

/** Throws `port-in-use`. */
export async function openServer(options: ServerOptions): Promise<WindowServer> {
  const serving = new Serving(options);
  await serving.listen();
  return serving;
}

class Serving implements WindowServer {
  port = 0;
  readonly #options: ServerOptions;
  readonly #sessions: Sessions;
  readonly #http = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, maxHeaderSize: 16 * 1024 },
    (request, response) => void this.#answer(request, response),
  );
  readonly #webSockets = new WebSocketServer({ ...WEBSOCKET_OPTIONS, noServer: true });
  #hosts: ReadonlySet<string> = new Set();
  #wires = new Map<Session, number>();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.now);
    this.#http.maxConnections = MAX_CONNECTIONS;
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on('clientError', (_, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  async listen(): Promise<void> {
    this.port = await listenOn(this.#http, this.#options.port);
    this.#hosts = ownHosts(this.port);
  }

  link(access: Access, minutes: number): WindowLink {
    const { token, expiresAt } = this.#sessions.issue(access, minutes * 60_000);
    return { url: `http://127.0.0.1:${this.port}/enter?token=${token}`, expiresAt };
  }

  async close(): Promise<void> {
    for (const socket of this.#webSockets.clients) socket.close(1001, 'inn serve has ended');
    await new Promise<void>((resolve) => {
      this.#http.close(() => resolve());
      setTimeout(() => {
        for (const socket of this.#webSockets.clients) socket.terminate();
        this.#http.closeAllConnections();
      }, 200);
    });
  }

  /** Cookies do not tell ports apart, and there may be several of us. */
  get #cookie(): string {
    return `innkeeper-${this.port}`;
  }

  #sessionOf(request: IncomingMessage): { session: Session; secret: string } | undefined {
    const secret = cookieOf(request, this.#cookie);
    const session = secret === undefined ? undefined : this.#sessions.find(secret);
    return secret !== undefined && session ? { session, secret } : undefined;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const host = hostOf(request, this.#hosts);
      setHeaders(response, securityHeaders(host ?? `127.0.0.1:${this.port}`));
      if (host === undefined) sendPage(response, PAGES.wrongHost);
      else if (request.method === 'GET' || request.method === 'HEAD') this.#get(request, response);
      else if (!isOwnOrigin(request, host)) sendError(response, 403, FOREIGN);
      else if (request.method === 'POST') await this.#post(request, response);
      else
        sendError(response, 405, {
          code: 'method-not-allowed',
          message: `There is no ${request.method} here`,
          nextStep: '',
        });
    } catch (error) {
      this.#options.onBug(error);
      if (!response.headersSent) sendError(response, 500, INTERNAL);
      else response.destroy();
    }
  }

  #get(request: IncomingMessage, response: ServerResponse): void {
    // Taken literally: to parse a URL is to resolve `..`, to take `//name` for a host, and to throw on what is none
    const [pathname = '/', query] = (request.url ?? '/').split('?', 2);
    const asset = this.#options.assets.get(pathname);
    const found = this.#sessionOf(request);
    if (pathname === '/enter') {
      // Some look at an address before their user follows it
      if (request.method === 'HEAD') response.writeHead(200).end();
      else this.#enter(new URLSearchParams(query).get('token') ?? '', response);
    } else if (pathname === '/session') {
      if (!found) sendError(response, 401, NO_SESSION);
      else sendJson(response, 200, { access: found.session.access, door: 'serve', version: this.#options.version });
    } else if (pathname === '/' && !found && request.headers['sec-fetch-site'] !== 'cross-site') {
      // Whoever followed a link on another site comes without cookie, even right after /enter, and the page has no secrets
      sendPage(response, PAGES.noSession);
    } else if (asset) sendAsset(request, response, asset);
    else sendPage(response, PAGES.notFound);
  }

  #enter(token: string, response: ServerResponse): void {
    const secret = this.#sessions.redeem(token);
    if (secret === undefined) {
      sendPage(response, PAGES.usedLink);
      return;
    }
    response.setHeader('Set-Cookie', `${this.#cookie}=${secret}; Path=/; HttpOnly; SameSite=Strict`);
    response.setHeader('Cache-Control', 'no-store');
    response.writeHead(303, { Location: '/' }).end();
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = this.#sessionOf(request);
    if (!found) {
      sendError(response, 401, NO_SESSION);
      return;
    }
    const { session, secret } = found;
    if (request.url === '/leave') {
      this.#sessions.end(secret);
      response.setHeader('Set-Cookie', `${this.#cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
      response.writeHead(204).end();
    } else if (request.url === '/links') {
      if (session.access !== 'write') {
        sendError(response, 403, VIEW_ONLY);
        return;
      }
      const body = linkRequest.safeParse(await readJson(request));
      if (body.success) sendJson(response, 200, this.link(body.data.access, body.data.minutes));
      else sendError(response, 400, BAD_LINK);
    } else sendError(response, 404, { code: 'not-found', message: 'Nothing can be posted here', nextStep: '' });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const host = hostOf(request, this.#hosts);
    const found = this.#sessionOf(request);
    const ofSession = found ? (this.#wires.get(found.session) ?? 0) : 0;
    if (host === undefined || !isOwnOrigin(request, host)) refuse(socket, '403 Forbidden');
    else if (request.url !== WIRE_PATH) refuse(socket, '404 Not Found');
    else if (!found) refuse(socket, '401 Unauthorized');
    else if (ofSession >= MAX_SESSION_WIRES || this.#webSockets.clients.size >= MAX_WIRES) {
      refuse(socket, '503 Service Unavailable');
    } else {
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const { session } = found;
        this.#wires.set(session, ofSession + 1);
        const wire = webSocketWire(webSocket);
        const forget = session.onEnd(() => wire.close());
        webSocket.once('close', () => {
          forget();
          const left = (this.#wires.get(session) ?? 1) - 1;
          if (left > 0) this.#wires.set(session, left);
          else this.#wires.delete(session);
        });
        this.#options.connect(session.access).then(
          (toHost) => relay(wire, toHost),
          (error: unknown) => {
            if (!isInnError(error)) this.#options.onBug(error);
            wire.close();
          },
        );
      });
    }
  }
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
}

const FOREIGN: Refusal = {
  code: 'foreign-origin',
  message: 'Only pages of Innkeeper may ask for this',
  nextStep: 'Open the address that `inn serve` wrote.',
};
const NO_SESSION: Refusal = {
  code: 'not-authorised',
  message: PAGES.noSession.title,
  nextStep: PAGES.noSession.nextStep,
};
const VIEW_ONLY: Refusal = {
  code: 'view-only',
  message: 'Who may only look can let nobody else in',
  nextStep: 'Ask whoever runs `inn serve` for a link.',
};
const BAD_LINK: Refusal = {
  code: 'bad-request',
  message: 'A link has an access, `read` or `write`, and 1 to 1440 minutes',
  nextStep: 'This is a bug in the page that asked: reload it.',
};
const INTERNAL: Refusal = {
  code: 'internal',
  message: 'Something in `inn serve` broke',
  nextStep: 'Reload the page; where `inn serve` runs it says more.',
};

function setHeaders(response: ServerResponse, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function sendPage(response: ServerResponse, page: Page): void {
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(page.status, { 'Content-Type': 'text/html; charset=utf-8' }).end(renderPage(page));
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function sendError(response: ServerResponse, status: number, refusal: Refusal): void {
  // What was posted is not read any more
  if (status !== 200) response.setHeader('Connection', 'close');
  sendJson(response, status, refusal);
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Undefined for what is not JSON or too long. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BODY) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
