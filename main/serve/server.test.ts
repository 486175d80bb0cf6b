/** Who gets in, who does not, and what they may do: over real sockets, with a host of a few methods. */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { connect } from '../../shared/rpc/client.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { ask, follow, openSocket, openWire } from '../../tests/fixtures/browser-like.ts';
import { type Assets, readAssets } from './assets.ts';
import { type HostLink, openHostLink } from './host-link.ts';
import { openServer, type WindowServer } from './server.ts';

const worker = new URL('../../tests/fixtures/fake-host.worker.ts', import.meta.url);
const root = mkdtempSync(path.join(tmpdir(), 'inn-serve-'));
const bugs: unknown[] = [];
let now = 1_000_000;
let host: HostLink;
let assets: Assets;
let server: WindowServer;
let origin: string;
const script = 'console.log("the window");'.repeat(20);

beforeAll(async () => {
  const window = path.join(root, 'renderer');
  mkdirSync(path.join(window, 'assets'), { recursive: true });
  writeFileSync(path.join(window, 'index.html'), '<!doctype html><title>Innkeeper</title>');
  writeFileSync(path.join(window, 'assets/main-a1b2.js'), script);
  writeFileSync(path.join(window, 'assets/main-a1b2.js.gz'), gzipSync(script));
  writeFileSync(path.join(window, '.sources'), 'secret of the build');
  writeFileSync(path.join(root, 'outside.js'), 'not for you');
  assets = await readAssets(window);
  const dataFolder = path.join(root, 'data');
  host = await openHostLink({ kind: 'serve', version: '1.0.0', dataFolder, worker, onChange: () => {} });
  server = await openServer({
    port: 0,
    version: '1.0.0',
    assets,
    connect: (access) => host.connect(access),
    onBug: (error) => bugs.push(error),
    now: () => now,
  });
  origin = `http://127.0.0.1:${server.port}`;
});

afterAll(async () => {
  await server.close();
  await host.release('power-off');
  rmSync(root, { recursive: true });
  expect(bugs).toEqual([]);
});

const enter = (access: 'read' | 'write' = 'write') => follow(server.link(access, 15).url);
const closed = (socket: WebSocket) => {
  const done = once(socket, 'close');
  socket.terminate();
  return done;
};
const pathOf = (url: string) => url.slice(origin.length);

describe('a link', () => {
  it('lets one browser in, once', async () => {
    const { url } = server.link('write', 15);
    const first = await ask(server.port, { path: pathOf(url) });
    expect(first).toMatchObject({ status: 303, headers: { location: '/', 'cache-control': 'no-store' } });
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(new RegExp(`^innkeeper-${server.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    const again = await ask(server.port, { path: pathOf(url) });
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.text).toContain('inn serve');
    const page = await ask(server.port, { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<title>Innkeeper</title>') });
  });

  it('is not used up by somebody who only looks at it', async () => {
    const { url } = server.link('write', 15);
    expect((await ask(server.port, { path: pathOf(url), method: 'HEAD' })).status).toBe(200);
    expect((await ask(server.port, { path: pathOf(url) })).status).toBe(303);
  });

  it('is too old after its time', async () => {
    const { url } = server.link('write', 15);
    now += 15 * 60_000;
    expect((await ask(server.port, { path: pathOf(url) })).status).toBe(401);
  });

  it.each(['/enter', '/enter?token=', '/enter?token=wrong', `/enter?token=${'A'.repeat(43)}`])(
    '%s is none',
    async (wrong) => {
      expect(await ask(server.port, { path: wrong })).toMatchObject({
        status: 401,
        text: expect.stringContaining('cannot be used'),
      });
    },
  );
});

describe('the window', () => {
  it('is not for a browser without a session, which is told what to do', async () => {
    for (const cookie of ['', `innkeeper-${server.port}=wrong`, `innkeeper-1=${(await enter()).split('=')[1]}`]) {
      const answer = await ask(server.port, { headers: { cookie } });
      expect(answer).toMatchObject({ status: 401, text: expect.stringContaining('one-time token') });
    }
  });

  it('comes after a link on another site too, where the cookie is withheld from the redirect', async () => {
    expect((await ask(server.port, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200);
    expect((await ask(server.port, { path: '/session', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      401,
    );
  });

  it('is cached by its content', async () => {
    const plain = await ask(server.port, { path: '/assets/main-a1b2.js' });
    expect(plain).toMatchObject({
      status: 200,
      text: script,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': expect.stringContaining('immutable'),
      },
    });
    const packed = await ask(server.port, { path: '/assets/main-a1b2.js', headers: { 'accept-encoding': 'gzip, br' } });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(Number(packed.headers['content-length'])).toBeLessThan(script.length);
    const known = await ask(server.port, {
      path: '/assets/main-a1b2.js',
      headers: { 'if-none-match': plain.headers.etag ?? '' },
    });
    expect(known).toMatchObject({ status: 304, text: '' });
    expect((await ask(server.port, { headers: { cookie: await enter() } })).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    '/../outside.js',
    '/assets/../../outside.js',
    '/%2e%2e/outside.js',
    '/assets/..%2f..%2foutside.js',
    '/assets/..\\..\\outside.js',
    '//outside.js',
    '//[',
    '//',
    '/.',
    '/.sources',
    '/assets',
    '/assets/main-a1b2.js.gz',
    '/index.html/',
    'http://127.0.0.1/../outside.js',
    '/assets/main-a1b2.js%00',
  ])('has no file %s', async (wrong) => {
    const answer = await ask(server.port, { path: wrong, headers: { cookie: await enter() } });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('not for you');
    expect(answer.text).not.toContain('secret');
  });

  it.each(['/', '/session', '/assets/main-a1b2.js', '/nothing', '/enter'])(
    '%s carries the headers that hold browsers back',
    async (path) => {
      const { headers } = await ask(server.port, { path });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    },
  );
});

describe('somebody else', () => {
  it.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.example', ''])(
    'who calls us %s gets nothing',
    async (name) => {
      const headers = { host: name, cookie: await enter() };
      for (const path of ['/', '/session', '/assets/main-a1b2.js']) {
        expect((await ask(server.port, { path, headers })).status).toBeGreaterThanOrEqual(400);
      }
      const socket = openSocket(server.port, { ...headers, origin: `http://${name}` });
      await expect(socket).rejects.toThrow(/40[03]/);
    },
  );

  it.each(['http://evil.example', 'null', 'http://127.0.0.1:1', 'https://127.0.0.1', ''])(
    'whose pages are of %s does nothing, even with the cookie',
    async (foreign) => {
      const cookie = await enter();
      const headers = { cookie, ...(foreign !== '' && { origin: foreign }) };
      for (const path of ['/links', '/leave', '/']) {
        expect((await ask(server.port, { method: 'POST', path, headers, body: '{"access":"write"}' })).status).toBe(
          403,
        );
      }
      expect((await ask(server.port, { method: 'OPTIONS', path: '/links', headers })).status).toBe(403);
      await expect(openSocket(server.port, headers)).rejects.toThrow('403');
      expect((await ask(server.port, { path: '/session', headers: { cookie } })).status).toBe(200);
    },
  );

  it('without a session does nothing from a page of ours either', async () => {
    for (const path of ['/links', '/leave']) {
      expect((await ask(server.port, { method: 'POST', path, headers: { origin } })).status).toBe(401);
    }
    await expect(openSocket(server.port, { origin })).rejects.toThrow('401');
    await expect(openSocket(server.port, { origin, cookie: await enter() }, '/other')).rejects.toThrow('404');
  });

  it('who sends what is no HTTP is sent away', async () => {
    const socket = connectSocket(server.port, '127.0.0.1');
    socket.resume().end('\u0000\u0001 nonsense\r\n\r\n');
    await once(socket, 'close');
    expect((await ask(server.port, { path: '/session' })).status).toBe(401);
  });
});

describe('a session', () => {
  it('says what it may', async () => {
    const answer = await ask(server.port, { path: '/session', headers: { cookie: await enter('read') } });
    expect(JSON.parse(answer.text)).toEqual({ access: 'read', door: 'serve', version: '1.0.0' });
  });

  it('ends, with its connections, when it leaves; others go on', async () => {
    const [mine, other] = [await enter(), await enter()];
    const client = await connect(await openWire(server.port, mine), { version: '1.0.0' });
    const others = await connect(await openWire(server.port, other), { version: '1.0.0' });
    const answer = await ask(server.port, { method: 'POST', path: '/leave', headers: { cookie: mine, origin } });
    expect(answer.status).toBe(204);
    await client.closed;
    expect((await ask(server.port, { path: '/session', headers: { cookie: mine } })).status).toBe(401);
    expect(await others.call('host.notices', {})).toEqual([]);
    others.close();
  });

  it('may let others in, to look only: the host itself sees to that', async () => {
    const post = (cookie: string, body: string) =>
      ask(server.port, { method: 'POST', path: '/links', headers: { cookie, origin }, body });
    const made = await post(await enter(), '{"access":"read"}');
    expect(made.status).toBe(200);
    const { url, expiresAt } = JSON.parse(made.text) as { url: string; expiresAt: number };
    expect(expiresAt).toBe(now + 60 * 60_000);
    const guest = await follow(url);
    const client = await connect(await openWire(server.port, guest), { version: '1.0.0', access: 'write' });
    expect(client.server.access).toBe('read');
    expect(await client.call('host.notices', {})).toEqual([]);
    await expect(client.call('machine.start', { id: 'aaaaaaaaaaaa' })).rejects.toMatchObject({
      code: 'view-only',
    });
    client.close();
    expect(await post(guest, '{"access":"read"}')).toMatchObject({
      status: 403,
      text: expect.stringContaining('view-only'),
    });
  });

  it.each([
    '',
    '{',
    '{}',
    '{"access":"all"}',
    '{"access":"read","minutes":0}',
    `{"access":"read","x":"${'x'.repeat(9000)}"}`,
  ])('does not get a link for %.40s', async (body) => {
    const headers = { cookie: await enter(), origin };
    const answer = await ask(server.port, { method: 'POST', path: '/links', headers, body });
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('nextStep') });
  });

  it('has a bounded number of connections', async () => {
    const cookie = await enter();
    const open = await Promise.all(Array.from({ length: 16 }, () => openSocket(server.port, { cookie, origin })));
    await expect(openSocket(server.port, { cookie, origin })).rejects.toThrow('503');
    await Promise.all(open.map((socket) => closed(socket)));
    const again = await openSocket(server.port, { cookie, origin }).catch(() =>
      // The server may hear of it a moment later
      new Promise((resolve) => setTimeout(resolve, 100)).then(() => openSocket(server.port, { cookie, origin })),
    );
    again.terminate();
  });
});

describe('frames', () => {
  it.each<[string, Uint8Array | string]>([
    ['text', 'hello'],
    ['bytes that are no frame', new Uint8Array([0xff, 1, 2, 3])],
    ['nothing', new Uint8Array()],
    ['more than fits a message', new Uint8Array(MAX_MESSAGE + 1)],
  ])('of %s close that connection and no other', async (_, message) => {
    const cookie = await enter();
    const client = await connect(await openWire(server.port, cookie), { version: '1.0.0' });
    const socket = await openSocket(server.port, { cookie, origin });
    socket.on('error', () => {});
    socket.send(message);
    await once(socket, 'close');
    expect(await client.call('host.notices', {})).toEqual([]);
    client.close();
  });
});

describe('the port', () => {
  const open = (port?: number) =>
    openServer({ port, version: '1', assets, connect: (access) => host.connect(access), onBug: () => {} });

  it('that was asked for and is in use is said, with the way out', async () => {
    await expect(open(server.port)).rejects.toMatchObject({
      code: 'port-in-use',
      nextStep: expect.stringContaining('--port'),
    });
  });

  it('is the next that is free where none was asked for', async () => {
    const servers = [await open(), await open()];
    expect(servers[0]?.port).not.toBe(servers[1]?.port);
    await Promise.all(servers.map((each) => each.close()));
  });
});

it('a window that is not built is said', async () => {
  await expect(readAssets(path.join(root, 'nowhere'))).rejects.toMatchObject({ code: 'window-not-built' });
});
