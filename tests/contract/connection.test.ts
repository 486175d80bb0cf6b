/** How connections begin and end, over every wire: hello, tokens, versions, crashes on either side. */
import { describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import { connect as connectTo } from '../../shared/rpc/client.ts';
import { decode, encode } from '../../shared/rpc/codec.ts';
import type { ServerFrame } from '../../shared/rpc/frames.ts';
import { serve } from '../../shared/rpc/server.ts';
import type { AnyHandler } from './harness.ts';
import { all, codeOf, fired, gate, handlersWith, harness, untyped } from './harness.ts';
import { WIRES } from './wires.ts';

const ID = 'abcdefghijkl';

/** Handlers that begin and then wait for their signal, and what became of them. */
function waiting() {
  const called = gate();
  const streamed = gate();
  const ended = { call: gate(), stream: gate() };
  const handlers: Record<string, AnyHandler> = {
    'machine.list': async (_, signal) => {
      called.open();
      await fired(signal);
      ended.call.open();
      throw signal.reason;
    },
    'machine.watch': async function* (_: unknown, signal: AbortSignal) {
      try {
        yield { kind: 'removed', id: ID };
        yield { kind: 'removed', id: ID };
        streamed.open();
        await fired(signal);
      } finally {
        ended.stream.open();
      }
    },
    'trash.list': () => [],
  };
  return {
    handlers: untyped(handlers),
    started: Promise.all([called.opened, streamed.opened]),
    ended: Promise.all([ended.call.opened, ended.stream.opened]),
  };
}

describe.each(WIRES)('over $name', (kind) => {
  const { open, connect, serve: serveAt } = harness(kind);

  it('hello tells each side what the other is', async () => {
    const { client } = await connect({}, { version: '2.0.0', kind: 'background' });
    expect(client.server).toEqual({ version: '2.0.0', protocol: PROTOCOL, kind: 'background', access: 'write' });
  });

  it('a host may be slower than its door', async () => {
    const pair = await open();
    const client = connectTo(pair.client, { version: '1.0.0' });
    await new Promise((resolve) => setImmediate(resolve));
    serveAt(pair, { 'trash.list': () => [] });
    expect(await (await client).call('trash.list', {})).toEqual([]);
  });

  it('only the right token is let in', async () => {
    const authorise = (token: string | undefined) => token === 'secret';
    const handlers = { 'trash.list': () => [] };
    const { client } = await connect(handlers, { authorise }, { token: 'secret' });
    expect(await client.call('trash.list', {})).toEqual([]);
    for (const tokens of [{}, { token: '' }, { token: 'Secret' }, { token: 'secret ' }]) {
      const pair = await open();
      const { service } = serveAt(pair, handlers, { authorise });
      const refused = connectTo(pair.client, { version: '1.0.0', ...tokens });
      await expect(refused).rejects.toMatchObject({
        code: 'not-authorised',
        message: expect.any(String),
        nextStep: expect.any(String),
      });
      await service.closed;
    }
  });

  it('a host refuses a door of another protocol, naming both versions and what to do', async () => {
    const pair = await open();
    const { service } = serveAt(pair, {}, { version: '1.2.3' });
    const answers: unknown[] = [];
    const closed = new Promise<void>((resolve) => pair.client.onClose(() => resolve()));
    pair.client.onMessage((message) => answers.push(decode(message)));
    pair.client.send(encode({ t: 'hello', protocol: PROTOCOL + 1, version: '9.8.7', news: ['of', 'later'] }));
    await Promise.all([service.closed, closed]);
    expect(answers).toEqual([
      {
        t: 'refused',
        error: {
          code: 'protocol-mismatch',
          message: expect.stringMatching(/1\.2\.3.*9\.8\.7/),
          nextStep: expect.stringContaining('inn host restart'),
          details: {
            host: { version: '1.2.3', protocol: PROTOCOL },
            door: { version: '9.8.7', protocol: PROTOCOL + 1 },
          },
        },
      },
    ]);
  });

  it.each<[string, ServerFrame]>([
    [
      'refuses it',
      {
        t: 'refused',
        error: { code: 'protocol-mismatch', message: 'Host 9.8.7, door 1.0.0', nextStep: '`inn host restart`' },
      },
    ],
    ['does not mind', { t: 'hello', protocol: PROTOCOL + 1, version: '9.8.7', kind: 'later', access: 'write' }],
  ])('a door says so when the host has another protocol and %s', async (_, answer) => {
    const { client, server } = await open();
    server.onMessage(() => server.send(encode(answer)));
    await expect(connectTo(client, { version: '1.0.0' })).rejects.toMatchObject({
      code: 'protocol-mismatch',
      message: expect.stringMatching(/9\.8\.7.*1\.0\.0/),
      nextStep: expect.stringContaining('inn host restart'),
    });
  });

  it.each<[string, Uint8Array]>([
    ['bytes without meaning', new Uint8Array([1, 2, 3])],
    ['another frame', encode({ t: 'ok', id: 1 })],
  ])('a door that is answered with %s gives up', async (_, answer) => {
    const { client, server } = await open();
    const closed = new Promise<void>((resolve) => server.onClose(() => resolve()));
    server.onMessage(() => server.send(answer));
    expect(await codeOf(connectTo(client, { version: '1.0.0' }))).toBe('connection-lost');
    await closed;
  });

  it('a door that is not answered gives up', async () => {
    const { client, server } = await open();
    const closed = new Promise<void>((resolve) => server.onClose(() => resolve()));
    expect(await codeOf(connectTo(client, { version: '1.0.0', timeoutMs: 20 }))).toBe('connection-lost');
    await closed;
  });

  it('a door whose host is gone before hello gives up', async () => {
    const pair = await open();
    pair.server.close();
    expect(await codeOf(connectTo(pair.client, { version: '1.0.0' }))).toBe('connection-lost');
  });

  it.each([
    ['the transport breaks', 'cut'],
    ['the door closes', 'client'],
    ['the host closes', 'service'],
  ] as const)('when %s, calls and streams fail on one side and are stopped on the other', async (_, how) => {
    const { handlers, started, ended } = waiting();
    const { client, service, pair, bugs } = await connect(handlers);
    const call = codeOf(client.call('machine.list', {}));
    const stream = client.stream('machine.watch', {});
    const first = await stream.next();
    await started;
    // There and back behind the stream's events.
    await client.call('trash.list', {});
    if (how === 'cut') pair.cut();
    else if (how === 'client') client.close();
    else service.close();
    expect(await call).toBe('connection-lost');
    expect(first.value).toEqual({ kind: 'removed', id: ID });
    // What came before the end is not lost with it.
    expect((await stream.next()).value).toEqual({ kind: 'removed', id: ID });
    await expect(stream.next()).rejects.toMatchObject({
      code: 'connection-lost',
      nextStep: expect.any(String),
    });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await ended;
    await Promise.all([client.closed, service.closed]);
    expect(await codeOf(client.call('trash.list', {}))).toBe('connection-lost');
    expect(await codeOf(all(client.stream('machine.watch', {})))).toBe('connection-lost');
    client.close();
    service.close();
    expect(bugs).toEqual([]);
  });

  it('calls that wait for their turn fail with the connection, too', async () => {
    const { handlers } = waiting();
    const { client, pair } = await connect(handlers);
    const calls = Array.from({ length: 1000 }, () => codeOf(client.call('machine.list', {})));
    await new Promise((resolve) => setImmediate(resolve));
    pair.cut();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['connection-lost']));
  });

  it('one connection that ends takes no other with it', async () => {
    const handlers = handlersWith({ 'trash.list': () => [] });
    const pairs = [await open(), await open(), await open()] as const;
    const services = pairs.map((pair) =>
      serve(pair.server, { handlers, version: '1.0.0', kind: 'app', access: 'write' }),
    );
    const clients = await Promise.all(pairs.map((pair) => connectTo(pair.client, { version: '1.0.0' })));
    pairs[0].cut();
    await services[0]?.closed;
    clients[1]?.close();
    await services[1]?.closed;
    expect(await clients[2]?.call('trash.list', {})).toEqual([]);
  });

  it('a door that gets an answer to nothing does not go on', async () => {
    const { client, server } = await open();
    server.onMessage(() =>
      server.send(encode({ t: 'hello', protocol: PROTOCOL, version: '1.0.0', kind: 'app', access: 'write' })),
    );
    const connection = await connectTo(client, { version: '1.0.0' });
    server.send(encode({ t: 'ok', id: 7, value: 'surprise' }));
    expect(await connection.closed).toMatch(/not asked/);
  });
});
