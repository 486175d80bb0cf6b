import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Wire } from '../../shared/rpc/wire.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { WEBSOCKET_OPTIONS, webSocketWire } from './websocket-wire.ts';

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ ...WEBSOCKET_OPTIONS, host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
});
afterEach(() => {
  vi.useRealTimers();
  for (const client of server.clients) client.terminate();
});
afterAll(async () => {
  server.close();
  await once(server, 'close');
});

/** A WebSocket that a test does with as it likes, and the wire at its other end. */
async function open(options: { autoPong?: boolean } = {}): Promise<{ raw: WebSocket; wire: Wire; far: WebSocket }> {
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const raw = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, options);
  const [far] = await accepted;
  const wire = webSocketWire(far);
  await once(raw, 'open');
  return { raw, wire, far };
}

function closing(wire: Wire): Promise<string | undefined> {
  return new Promise((resolve) => wire.onClose(resolve));
}

describe('a wire over a WebSocket', () => {
  it('takes whole binary messages, also in fragments, each with its own memory', async () => {
    const { raw, wire } = await open();
    const got: Uint8Array[] = [];
    wire.onMessage((message) => got.push(message));
    raw.send(new Uint8Array([1, 2]));
    raw.send(new Uint8Array([3]), { fin: false });
    raw.send(new Uint8Array([4]), { fin: true });
    raw.send(new Uint8Array());
    raw.close();
    await closing(wire);
    expect(got).toEqual([new Uint8Array([1, 2]), new Uint8Array([3, 4]), new Uint8Array()]);
    for (const message of got)
      expect([message.constructor, message.buffer.byteLength]).toEqual([Uint8Array, message.length]);
  });

  it('closes on text, telling the other side why', async () => {
    const { raw, wire } = await open();
    const closed = once(raw, 'close');
    raw.send('{"t":"hello"}');
    expect(await closing(wire)).toMatch(/text/);
    expect((await closed)[0]).toBe(1003);
  });

  it('closes on a message that is too large, before it has all of it', async () => {
    const { raw, wire } = await open();
    raw.on('error', () => {});
    const closed = once(raw, 'close');
    wire.onMessage(() => expect.unreachable());
    raw.send(new Uint8Array(MAX_MESSAGE + 1));
    expect(await closing(wire)).toMatch(/size/i);
    await closed;
  });

  it('sends what was sent before it was open, in order, and what was sent before it closed', async () => {
    const accepted = once(server, 'connection') as Promise<[WebSocket]>;
    const wire = webSocketWire(new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`));
    wire.send(new Uint8Array([1]));
    wire.send(new Uint8Array([2]));
    const far = webSocketWire((await accepted)[0]);
    const got: number[] = [];
    far.onMessage((message) => {
      got.push(message[0] ?? 0);
      if (message[0] === 2) {
        far.send(new Uint8Array(100_000));
        far.send(new Uint8Array([3]));
        far.close();
      }
    });
    const back: number[] = [];
    wire.onMessage((message) => back.push(message.length));
    await closing(wire);
    expect([got, back]).toEqual([
      [1, 2],
      [100_000, 1],
    ]);
  });

  it('is closed, with the reason, where nobody answers', async () => {
    const nobody = webSocketWire(new WebSocket('ws://127.0.0.1:1'));
    nobody.send(new Uint8Array(1));
    expect(await closing(nobody)).toMatch(/ECONNREFUSED/);
    const late = new WebSocket('ws://127.0.0.1:1');
    await new Promise((resolve) => late.on('error', resolve));
    await vi.waitFor(() => expect(late.readyState).toBe(WebSocket.CLOSED));
    await closing(webSocketWire(late));
  });

  it.each([
    ['gives up on a peer that no longer answers', false],
    ['keeps one that does', true],
  ])('%s', async (_, autoPong) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { wire, far, raw } = await open({ autoPong });
    let reason: string | undefined;
    wire.onClose((why) => {
      reason = why;
    });
    for (let n = 0; n < 3; n++) {
      const pinged = once(raw, 'ping');
      vi.advanceTimersByTime(30_000);
      if (reason !== undefined) break;
      await pinged;
      if (autoPong) await once(far, 'pong');
    }
    expect(reason).toBe(autoPong ? undefined : 'the other side does not answer');
  });
});
