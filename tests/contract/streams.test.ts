/** Streams and calls over every wire: order, backpressure, cancelling, many at once. */
import { describe, expect, it, vi } from 'vitest';
import { InnError } from '../../shared/base/errors.ts';
import { KiB } from '../../shared/base/units.ts';
import type { ConsoleEvent } from '../../shared/contract/console.ts';
import type { TrashedMachine } from '../../shared/contract/machine.ts';
import { STREAM_BYTES, STREAM_ITEMS } from '../../shared/rpc/limits.ts';
import { all, codeOf, fired, gate, harness } from './harness.ts';
import { WIRES } from './wires.ts';

const ID = 'abcdefghijkl';
const CONSOLE = { id: ID, console: 'hvc0' };

/** A console that says numbers, `bytes` long each, as fast as somebody takes them. */
function flood(bytes: number, most = 1_000_000) {
  const made = { events: 0, finished: false };
  async function* attach(): AsyncGenerator<ConsoleEvent> {
    try {
      while (made.events < most) {
        const event = new Uint8Array(bytes);
        new DataView(event.buffer).setUint32(0, made.events);
        made.events++;
        yield { kind: 'output', bytes: event };
      }
    } finally {
      made.finished = true;
    }
  }
  return { made, attach };
}

function numberIn(event: ConsoleEvent | undefined): number {
  if (event?.kind !== 'output') throw new Error('No output');
  return new DataView(event.bytes.buffer, event.bytes.byteOffset).getUint32(0);
}

const trashed = (n: number): TrashedMachine => ({ id: ID, name: String(n), deletedAt: n, bytes: n });

describe.each(WIRES)('over $name', (kind) => {
  const { connect } = harness(kind);

  it.each([
    { bytes: 4, window: STREAM_ITEMS, unit: 'events' },
    { bytes: 16 * KiB, window: Math.ceil(STREAM_BYTES / (16 * KiB)), unit: 'bytes' },
  ])('a producer of a million is held back by a consumer that stops, by $unit', async ({ bytes, window }) => {
    const { made, attach } = flood(bytes);
    const { client } = await connect({ 'console.attach': attach, 'trash.list': () => [] });
    const stream = client.stream('console.attach', CONSOLE);
    for (let n = 0; n < 10; n++) expect(numberIn((await stream.next()).value)).toBe(n);
    await vi.waitFor(() => expect(made.events).toBeGreaterThanOrEqual(window));
    // Each call goes there and back behind the stream's events: by then a producer that is free would have made many more.
    const callOften = async () => {
      for (let n = 0; n < 200; n++) await client.call('trash.list', {});
    };
    await callOften();
    const held = made.events;
    expect(held).toBeLessThanOrEqual(window + 10);
    await callOften();
    expect(made.events).toBe(held);
    for (let n = 10; n < 10 * window; n++) expect(numberIn((await stream.next()).value)).toBe(n);
    await stream.return?.();
    await vi.waitFor(() => expect(made.finished).toBe(true));
    expect(made.events).toBeLessThanOrEqual(11 * window + 10);
  });

  it('an event larger than the window passes, and those after it', async () => {
    const sizes = [3 * STREAM_BYTES, 1, 3 * STREAM_BYTES, 2 * STREAM_BYTES, 1];
    const { client } = await connect({
      'host.bundle': async function* () {
        for (const size of sizes) yield new Uint8Array(size);
      },
    });
    const got = await all(client.stream('host.bundle', {}));
    expect(got.map((part) => part.length)).toEqual(sizes);
  });

  it('a stream that nobody reads holds up neither calls nor other streams', async () => {
    const stalled = flood(KiB);
    const read = flood(KiB, 2000);
    const { client } = await connect({
      'console.attach': ({ console: name }) => (name === 'hvc0' ? stalled.attach() : read.attach()),
      'trash.list': () => [],
    });
    const nobody = client.stream('console.attach', CONSOLE);
    await nobody.next();
    const events = await all(client.stream('console.attach', { id: ID, console: 'hvc1' }));
    expect(events.map(numberIn)).toEqual(Array.from({ length: 2000 }, (_, n) => n));
    expect(await client.call('trash.list', {})).toEqual([]);
    expect(stalled.made.finished).toBe(false);
  });

  it('a consumer that leaves ends the handler, whatever it does at that time', async () => {
    const busy = flood(4);
    let idle = false;
    const { client } = await connect({
      'console.attach': busy.attach,
      'machine.watch': async function* (_, signal) {
        try {
          yield { kind: 'removed', id: ID };
          await fired(signal);
        } finally {
          idle = true;
        }
      },
    });
    for await (const event of client.stream('console.attach', CONSOLE)) if (numberIn(event) === 300) break;
    for await (const event of client.stream('machine.watch', {})) {
      expect(event).toEqual({ kind: 'removed', id: ID });
      break;
    }
    await vi.waitFor(() => expect([busy.made.finished, idle]).toEqual([true, true]));
  });

  it('a signal ends a stream that waits, and its handler', async () => {
    const finished = gate();
    const { client } = await connect({
      'machine.watch': async function* (_, signal) {
        yield { kind: 'removed', id: ID };
        await fired(signal);
        finished.open();
      },
    });
    const stop = new AbortController();
    const events = [];
    for await (const event of client.stream('machine.watch', {}, { signal: stop.signal })) {
      events.push(event);
      setImmediate(() => stop.abort());
    }
    expect(events).toHaveLength(1);
    await finished.opened;
    expect(await all(client.stream('machine.watch', {}, { signal: stop.signal }))).toEqual([]);
  });

  it('a signal rejects a call at once and fires at the host', async () => {
    const started = gate();
    const seen = gate();
    const { client, bugs } = await connect({
      'machine.list': async (_, signal) => {
        started.open();
        await fired(signal);
        seen.open();
        throw signal.reason;
      },
      'trash.list': () => [],
    });
    const stop = new AbortController();
    const call = client.call('machine.list', {}, { signal: stop.signal });
    await started.opened;
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await seen.opened;
    await expect(client.call('machine.list', {}, { signal: stop.signal })).rejects.toThrow('enough');
    expect(await client.call('trash.list', {})).toEqual([]);
    expect(bugs).toEqual([]);
  });

  it('an error of a stream comes after its events, whole', async () => {
    const details = { current: [1, { bytes: new Uint8Array([1, 2]) }] };
    const { client } = await connect({
      'machine.watch': async function* () {
        for (let n = 0; n < 1000; n++) yield { kind: 'removed', id: ID };
        throw new InnError('It burns', { code: 'machine-burns', nextStep: 'Put it out', details });
      },
    });
    let events = 0;
    const work = (async () => {
      for await (const _ of client.stream('machine.watch', {})) events++;
    })();
    const error = { name: 'InnError', message: 'It burns', code: 'machine-burns', nextStep: 'Put it out', details };
    await expect(work).rejects.toMatchObject(error);
    expect(events).toBe(1000);
  });

  it('what is typed arrives in order, however fast and however slow its handler', async () => {
    const typed: number[] = [];
    const { client } = await connect({
      'console.input': async ({ bytes }) => {
        typed.push(...bytes);
        await new Promise((resolve) => setImmediate(resolve));
        return null;
      },
    });
    const keys = Array.from({ length: 1000 }, (_, n) => n % 251);
    await Promise.all(keys.map((key) => client.call('console.input', { ...CONSOLE, bytes: new Uint8Array([key]) })));
    expect(typed).toEqual(keys);
  });

  it('thousands of calls and a hundred streams at once each get their own answers', async () => {
    const order: number[] = [];
    const { client } = await connect({
      'machine.log': async ({ limit, before }) => {
        order.push(limit);
        // Answers come in another order than questions.
        for (let n = limit % 7; n > 0; n--) await new Promise((resolve) => setImmediate(resolve));
        return [{ n: limit, at: before ?? 0, level: 'info', event: 'e', text: 't' }];
      },
      'machine.remove': async () => {
        await Promise.resolve();
        throw new InnError('No', { code: 'no', nextStep: 'None' });
      },
      'machine.watchLog': async function* ({ last }) {
        for (let n = 0; n < last; n++) yield [{ n: last, at: n, level: 'info', event: 'e', text: 't' }];
      },
    });
    const calls = Array.from({ length: 3000 }, async (_, n) => {
      if (n % 10 === 9) return codeOf(client.call('machine.remove', { id: ID }));
      const [entry] = await client.call('machine.log', { id: ID, limit: n + 1, before: n });
      return entry?.n === n + 1 && entry.at === n;
    });
    const streams = Array.from({ length: 100 }, async (_, n) => {
      const entries = (await all(client.stream('machine.watchLog', { id: ID, last: n }))).flat();
      return entries.length === n && entries.every((entry, at) => entry.n === n && entry.at === at);
    });
    const answers = await Promise.all(calls);
    expect(answers).toEqual(answers.map((_, n) => (n % 10 === 9 ? 'no' : true)));
    expect(new Set(await Promise.all(streams))).toEqual(new Set([true]));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('calls that were cancelled while they waited for their turn never start', async () => {
    const release = gate();
    let started = 0;
    const { client } = await connect({
      'machine.list': async () => {
        started++;
        await release.opened;
        return [];
      },
      'trash.list': () => [trashed(started)],
    });
    const stop = new AbortController();
    const calls = Array.from({ length: 1000 }, (_, n) =>
      codeOf(client.call('machine.list', {}, n < 500 ? {} : { signal: stop.signal })),
    );
    const last = client.call('trash.list', {});
    stop.abort(new InnError('Enough', { code: 'enough', nextStep: 'None' }));
    release.open();
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 1000 }, (_, n) => (n < 500 ? undefined : 'enough')));
    expect(await last).toEqual([trashed(500)]);
  });
});
