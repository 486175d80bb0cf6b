import { afterEach, describe, expect, it, vi } from 'vitest';
import { InnError } from '../base/errors.ts';
import type { Handlers } from '../contract/contract.ts';
import { PROTOCOL } from '../contract/contract.ts';
import type { ErrorData } from '../contract/operation.ts';
import { encode } from './codec.ts';
import type { ClientFrame, ServerFrame } from './frames.ts';
import { decodeServerFrame } from './frames.ts';
import { HELLO_MS, MAX_CALLS, MAX_HELLO, MAX_STREAMS, STREAM_ITEMS } from './limits.ts';
import { wirePair } from './pair.ts';
import type { ServeOptions } from './server.ts';
import { serve } from './server.ts';
import { MAX_MESSAGE } from './wire.ts';

/** A server, and a client that says exactly what the test wants. */
function open(handlers: Partial<Handlers>, options: Partial<ServeOptions> = {}) {
  const [near, far] = wirePair();
  const frames: ServerFrame[] = [];
  const bugs: unknown[] = [];
  near.onMessage((message) => frames.push(decodeServerFrame(message)));
  const service = serve(far, {
    handlers: handlers as Handlers,
    version: '1.0.0',
    kind: 'app',
    access: 'write',
    onBug: (error) => bugs.push(error),
    ...options,
  });
  let closed = false;
  near.onClose(() => {
    closed = true;
  });
  const say = (...said: ClientFrame[]) => {
    for (const frame of said) near.send(encode(frame));
  };
  return { near, frames, bugs, service, say, isClosed: () => closed };
}

const HELLO: ClientFrame = { t: 'hello', protocol: PROTOCOL, version: '1.0.0' };
const call = (id: number, method: string, args: unknown = {}): ClientFrame => ({ t: 'call', id, method, args });
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function errorsIn(frames: readonly ServerFrame[]): ErrorData[] {
  return frames.flatMap((frame) => (frame.t === 'err' ? [frame.error] : []));
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a server', () => {
  it.each<[string, ClientFrame[]]>([
    ['a call before hello', [call(1, 'machine.list')]],
    ['two hellos', [HELLO, HELLO]],
    ['an id twice', [HELLO, call(1, 'machine.list'), call(1, 'machine.list')]],
    ['ids that fall', [HELLO, call(2, 'machine.list'), call(1, 'machine.list')]],
    ['a hello that is too long', [{ t: 'hello', protocol: PROTOCOL, version: 'x'.repeat(MAX_HELLO) }]],
  ])('ends a connection with %s', async (_, frames) => {
    const { say, isClosed, service } = open({ 'machine.list': () => [] });
    say(...frames);
    await service.closed;
    await settled();
    expect(isClosed()).toBe(true);
  });

  it('waits for a hello only so long', async () => {
    vi.useFakeTimers();
    const silent = open({});
    const early = open({});
    early.say(HELLO);
    await vi.advanceTimersByTimeAsync(HELLO_MS);
    expect([silent.isClosed(), early.isClosed()]).toEqual([true, false]);
  });

  it('takes cancels and credit for what is not there', async () => {
    const { say, isClosed, frames } = open({ 'machine.list': () => [] });
    say(HELLO, { t: 'cancel', id: 7 }, { t: 'more', id: 7, items: 1, bytes: 1 }, call(1, 'machine.list'));
    await settled();
    expect(isClosed()).toBe(false);
    expect(frames.at(-1)).toEqual({ t: 'ok', id: 1, value: [] });
  });

  it('refuses calls and streams beyond its limits, and takes new ones once others ended', async () => {
    const release: (() => void)[] = [];
    const { say, frames } = open({
      'machine.list': () => new Promise((resolve) => release.push(() => resolve([]))),
      'machine.watch': async function* (_, signal) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        yield* [];
      },
    });
    say(HELLO);
    for (let id = 1; id <= MAX_CALLS + 1; id++) say(call(id, 'machine.list'));
    const first = MAX_CALLS + 2;
    for (let n = 0; n <= MAX_STREAMS; n++) say(call(first + n, 'machine.watch'));
    await settled();
    expect(errorsIn(frames).map((error) => error.code)).toEqual(['too-many-calls', 'too-many-streams']);
    release[0]?.();
    say({ t: 'cancel', id: first });
    await settled();
    frames.length = 0;
    say(call(1000, 'machine.list'), call(1001, 'machine.watch'));
    await settled();
    expect(frames).toEqual([]);
  });

  it('gives each call one answer, also a cancelled one', async () => {
    const { say, frames, bugs } = open({
      'machine.list': async (_, signal) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        return [];
      },
      'trash.list': async (_, signal) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        throw signal.reason;
      },
      'operation.list': async (_, signal) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        throw new DOMException('of a wait of its own', 'AbortError');
      },
    });
    say(HELLO, call(1, 'machine.list'), call(2, 'trash.list'), call(3, 'operation.list'));
    say({ t: 'cancel', id: 1 }, { t: 'cancel', id: 1 }, { t: 'cancel', id: 2 }, { t: 'cancel', id: 3 });
    await settled();
    const answers = frames.slice(1).toSorted((a, b) => ('id' in a && 'id' in b ? a.id - b.id : 0));
    expect(answers).toMatchObject([
      { t: 'ok', id: 1 },
      { t: 'err', id: 2, error: { code: 'cancelled' } },
      { t: 'err', id: 3, error: { code: 'cancelled' } },
    ]);
    expect(bugs).toEqual([]);
  });

  it('hides bugs from clients and reports them', async () => {
    const { say, frames, bugs } = open({
      'machine.list': () => {
        throw new TypeError('secret detail');
      },
      'trash.list': () => Promise.reject(new TypeError('secret detail')),
      'machine.watch': async function* () {
        yield { kind: 'removed', id: 'abcdefghijkl' };
        throw new TypeError('secret detail');
      },
      'operation.list': () => [1n] as never,
    });
    say(HELLO, call(1, 'machine.list'), call(2, 'trash.list'), call(3, 'machine.watch'), call(4, 'operation.list'));
    say(call(5, 'preferences.get'));
    await settled();
    expect(errorsIn(frames).map((error) => error.code)).toEqual(Array.from({ length: 5 }, () => 'internal'));
    expect(JSON.stringify(frames)).not.toContain('secret detail');
    expect(JSON.stringify(frames)).not.toContain('server.ts');
    expect(bugs).toHaveLength(5);
  });

  it('hands errors of handlers on whole', async () => {
    const error = {
      code: 'machine-changed',
      message: 'It changed',
      nextStep: 'Look',
      details: { current: [1, { a: null }] },
    };
    const { say, frames, bugs } = open({
      'machine.list': () => {
        throw new InnError(error.message, { ...error, cause: new Error('lower') });
      },
    });
    say(HELLO, call(1, 'machine.list'));
    await settled();
    expect(errorsIn(frames)).toEqual([error]);
    expect(bugs).toEqual([]);
  });

  it('tells of an error whose details cannot be sent, without them', async () => {
    const { say, frames, bugs } = open({
      'machine.list': () => {
        throw new InnError('It changed', { code: 'machine-changed', nextStep: 'Look', details: 1n });
      },
    });
    say(HELLO, call(1, 'machine.list'));
    await settled();
    expect(errorsIn(frames)).toEqual([{ code: 'machine-changed', message: 'It changed', nextStep: 'Look' }]);
    expect(bugs).toHaveLength(1);
  });

  it('makes an answer that is too large the error of that call, and an event that of its stream', async () => {
    let finished = false;
    const { say, frames, isClosed } = open({
      'host.bundle': async function* () {
        try {
          yield new Uint8Array(10);
          yield new Uint8Array(MAX_MESSAGE);
          yield new Uint8Array(10);
        } finally {
          finished = true;
        }
      },
      'machine.list': () => new Uint8Array(MAX_MESSAGE) as never,
      'trash.list': () => [],
    });
    say(HELLO, call(1, 'host.bundle'), call(2, 'machine.list'), call(3, 'trash.list'));
    await settled();
    expect(errorsIn(frames).map((error) => error.code)).toEqual(['too-large', 'too-large']);
    expect(frames).toContainEqual({ t: 'ok', id: 3, value: [] });
    expect([finished, isClosed()]).toEqual([true, false]);
  });

  it('asks a stream for no more than a window, even of a client that grants everything', async () => {
    let made = 0;
    const { say } = open({
      'host.bundle': async function* () {
        for (; made < 1_000_000; made++) yield new Uint8Array(1);
      },
    });
    say(HELLO, call(1, 'host.bundle'));
    await settled();
    expect(made).toBe(STREAM_ITEMS - 1);
    say({ t: 'more', id: 1, items: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER });
    await settled();
    expect(made).toBe(2 * STREAM_ITEMS - 1);
  });

  it('is closed once all handlers have ended', async () => {
    const said: string[] = [];
    let release = () => {};
    const { say, service } = open({
      'machine.list': () =>
        new Promise((resolve) => {
          release = () => resolve([]);
        }),
    });
    say(HELLO, call(1, 'machine.list'));
    await settled();
    void service.closed.then(() => said.push('closed'));
    service.close();
    await settled();
    expect(said).toEqual([]);
    release();
    await settled();
    expect(said).toEqual(['closed']);
  });

  it('ends a stream that was cancelled once its handler has cleaned up', async () => {
    let release = () => {};
    const { say, frames, service } = open({
      'host.bundle': async function* () {
        try {
          while (true) yield new Uint8Array(1);
        } finally {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        }
      },
    });
    let closed = false;
    void service.closed.then(() => {
      closed = true;
    });
    const endings = () => frames.filter((frame) => frame.t === 'end').length;
    say(HELLO, call(1, 'host.bundle'));
    await settled();
    say({ t: 'cancel', id: 1 });
    await settled();
    expect(endings()).toBe(0);
    release();
    await settled();
    expect(endings()).toBe(1);
    say(call(2, 'host.bundle'));
    await settled();
    service.close();
    await settled();
    expect(closed).toBe(false);
    release();
    await settled();
    expect(closed).toBe(true);
  });

  it('leaves a stream that is no generator and waits for its source', async () => {
    let leave = () => {};
    const { say, frames } = open({
      'machine.watch': () => ({
        [Symbol.asyncIterator]: () => ({
          next: () =>
            new Promise((resolve) => {
              leave = () => resolve({ done: true, value: undefined });
            }),
          return: () => {
            leave();
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      }),
    });
    say(HELLO, call(1, 'machine.watch'), { t: 'cancel', id: 1 });
    await settled();
    expect(frames.at(-1)).toEqual({ t: 'end', id: 1 });
  });

  it('ends only a connection whose token check breaks', async () => {
    const { say, frames, bugs, isClosed } = open(
      {},
      {
        authorise: () => {
          throw new TypeError('broken');
        },
      },
    );
    say(HELLO);
    await settled();
    expect(frames).toMatchObject([{ t: 'refused', error: { code: 'not-authorised' } }]);
    expect([bugs.length, isClosed()]).toEqual([1, true]);
  });
});
