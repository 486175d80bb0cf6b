/** What a hostile or broken peer may send over every wire: it can end its own connection, and nothing else. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import { encode } from '../../shared/rpc/codec.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import type { Connection } from './harness.ts';
import { codeOf, harness, METHODS } from './harness.ts';
import { WIRES } from './wires.ts';

const RUNS = 40;
const HELLO = encode({ t: 'hello', protocol: PROTOCOL, version: '1.0.0' });

const noise = fc.uint8Array({ maxLength: 100 });
/** Like frames, with fields of all kinds. */
const frames = fc
  .record(
    {
      t: fc.oneof(fc.constantFrom('hello', 'call', 'more', 'cancel', 'ok', 'end'), fc.jsonValue()),
      id: fc.oneof(fc.nat(5), fc.maxSafeNat(), fc.jsonValue()),
      method: fc.oneof(fc.constantFrom(...METHODS.map(([name]) => name)), fc.jsonValue()),
      args: fc.oneof(fc.jsonValue(), fc.record({ id: fc.constant('abcdefghijkl'), $bytes: fc.jsonValue() })),
      items: fc.oneof(fc.maxSafeNat(), fc.jsonValue()),
      bytes: fc.oneof(fc.maxSafeNat(), fc.jsonValue()),
      protocol: fc.constantFrom(PROTOCOL, 0, 99),
      version: fc.constant('1.0.0'),
    },
    { requiredKeys: ['t', 'id'] },
  )
  .map((frame) => encode(frame));
/** A message of ours with a bit turned over. */
const damaged = fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => {
  const message = encode({ t: 'call', id: 1, method: 'console.input', args: { bytes: new Uint8Array(8) } });
  const place = at % message.length;
  message[place] = (message[place] ?? 0) ^ (1 << bit);
  return message;
});

describe.each(WIRES)('over $name', (kind) => {
  const { open, serve, connect } = harness(kind);
  /** Somebody who has nothing to do with all this. */
  let bystander: Connection;
  beforeEach(async () => {
    bystander = await connect({ 'trash.list': () => [] });
  });
  afterEach(() => bystander.client.close());

  /** Sends it all to a new server; resolves when that has either closed the wire or gone through everything. */
  async function attack(messages: readonly Uint8Array[]): Promise<'closed' | 'open'> {
    const pair = await open();
    let bugs: unknown[] = [];
    const seen = new Promise<'closed' | 'open'>((resolve) => {
      pair.server.onClose(() => resolve('closed'));
      const { server } = pair;
      let left = messages.length;
      const counting: Wire = {
        send: (message) => server.send(message),
        onMessage: (listener) =>
          server.onMessage((message) => {
            listener(message);
            left--;
            if (left === 0) resolve('open');
          }),
        onClose: (listener) => server.onClose(listener),
        close: () => server.close(),
      };
      ({ bugs } = serve({ ...pair, server: counting }, {}));
    });
    for (const message of messages) pair.client.send(message);
    const end = await seen;
    pair.client.close();
    expect(bugs).toEqual([]);
    return end;
  }

  it('whatever comes first and is no hello ends the connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(noise, damaged), async (message) => {
        expect(await attack([message])).toBe('closed');
      }),
      { numRuns: RUNS },
    );
    expect(await bystander.client.call('trash.list', {})).toEqual([]);
  });

  it('whatever comes after hello at most ends the connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(noise, frames, damaged), { minLength: 1, maxLength: 8 }), async (messages) => {
        expect(['open', 'closed']).toContain(await attack([HELLO, ...messages]));
      }),
      { numRuns: RUNS },
    );
    expect(await bystander.client.call('trash.list', {})).toEqual([]);
    expect(bystander.bugs).toEqual([]);
  });

  it('a message that is too large ends the connection that sent it', async () => {
    const { client, pair, service } = await connect({});
    pair.client.send(new Uint8Array(MAX_MESSAGE + 1));
    await Promise.all([client.closed, service.closed]);
    expect(await bystander.client.call('trash.list', {})).toEqual([]);
  });

  it('what is too large to send is an error of that call, both ways', async () => {
    const { client } = await connect({
      'trash.list': () => [],
      'host.notices': () => [
        { id: 'x'.repeat(MAX_MESSAGE), level: 'error', code: 'c', message: 'm', nextStep: 'n' } as const,
      ],
      'host.bundle': async function* () {
        yield new Uint8Array(MAX_MESSAGE - 1000);
        yield new Uint8Array(MAX_MESSAGE);
      },
    });
    const huge = { id: 'x'.repeat(MAX_MESSAGE) };
    expect(await codeOf(client.call('host.dismissNotice', huge))).toBe('too-large');
    expect(await codeOf(client.call('host.notices', {}))).toBe('too-large');
    const stream = client.stream('host.bundle', {});
    expect((await stream.next()).value?.length).toBe(MAX_MESSAGE - 1000);
    expect(await codeOf(stream.next())).toBe('too-large');
    expect(await client.call('trash.list', {})).toEqual([]);
  });
});
