import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConsoleEvent } from '../../../shared/contract/console.ts';
import { ConsoleHub } from './console-hub.ts';

const KiB = 1024;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Looks at a console, as fast or slow as the test wants. */
class Viewer {
  readonly events: ConsoleEvent[] = [];
  readonly #abort = new AbortController();
  readonly #source: AsyncIterator<ConsoleEvent>;
  readonly #hub: ConsoleHub;
  ended = false;
  #running = false;
  #budget = 0;

  /** It takes `budget` events at once, and more when told. */
  constructor(hub: ConsoleHub, budget = Number.POSITIVE_INFINITY) {
    this.#hub = hub;
    this.#source = this.#hub.attach(this.#abort.signal)[Symbol.asyncIterator]();
    this.take(budget);
  }

  take(count: number): void {
    this.#budget += count;
    if (!this.#running) void this.#run();
  }

  detach(): void {
    this.#abort.abort();
  }

  /** All text, with what was left out as `<bytes>`, restarts as `<restart>`. */
  get text(): string {
    return this.events.map(shown).join('');
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#budget > 0) {
      this.#budget--;
      const { value, done } = await this.#source.next();
      if (done) {
        this.ended = true;
        return;
      }
      this.events.push(value);
    }
    this.#running = false;
  }
}

function shown(event: ConsoleEvent): string {
  switch (event.kind) {
    case 'replay':
    case 'output':
      return Buffer.from(event.bytes).toString();
    case 'skipped':
      return `<${event.bytes}>`;
    case 'restarted':
      return '<restart>';
    case 'resized':
      return `<${event.columns}x${event.rows}>`;
  }
}

/** Lets everything happen that needs no time to pass. */
const settle = () => vi.advanceTimersByTimeAsync(0);

function say(hub: ConsoleHub, text: string, taken: () => void = () => {}): void {
  hub.output(Buffer.from(text), taken);
}

describe('replay', () => {
  test('a late joiner gets what was said, then what is said', async () => {
    const hub = await ConsoleHub.open();
    say(hub, 'hello\n');
    const viewer = new Viewer(hub);
    await settle();
    expect(viewer.events).toEqual([{ kind: 'replay', bytes: Buffer.from('hello\n'), last: true }]);
    say(hub, 'world');
    await settle();
    expect(viewer.kinds).toEqual(['replay', 'output']);
    expect(viewer.text).toBe('hello\nworld');
  });

  test('an empty console says so at once', async () => {
    const viewer = new Viewer(await ConsoleHub.open());
    await settle();
    expect(viewer.events).toEqual([{ kind: 'replay', bytes: Buffer.alloc(0), last: true }]);
  });

  test('comes in pieces, the last of which is marked; what is said meanwhile comes after', async () => {
    const hub = await ConsoleHub.open();
    const text = `${'x'.repeat(79)}\n`.repeat(2048);
    say(hub, text);
    const viewer = new Viewer(hub, 1);
    await settle();
    say(hub, 'later');
    viewer.take(Number.POSITIVE_INFINITY);
    await settle();
    expect(viewer.kinds).toEqual(['replay', 'replay', 'replay', 'output']);
    expect(viewer.events.flatMap((event) => (event.kind === 'replay' ? [event.last] : []))).toEqual([
      false,
      false,
      true,
    ]);
    expect(viewer.text).toBe(`${text}later`);
  });

  test('asks nothing again, while live output is passed as it is', async () => {
    const hub = await ConsoleHub.open();
    say(hub, 'a\x1b[6nb\x07');
    const viewer = new Viewer(hub);
    await settle();
    say(hub, 'c\x1b[6nd');
    await settle();
    expect(viewer.text).toBe('abc\x1b[6nd');
  });

  test('a sequence that began before and ends later reaches the viewer whole', async () => {
    const hub = await ConsoleHub.open();
    say(hub, 'a\x1b[3');
    const viewer = new Viewer(hub);
    await settle();
    say(hub, '1mb');
    await settle();
    expect(viewer.text).toBe('a\x1b[31mb');
  });
});

describe('several viewers', () => {
  test('each sees all of it at its own pace', async () => {
    const hub = await ConsoleHub.open();
    const fast = new Viewer(hub);
    const slow = new Viewer(hub, 1);
    await settle();
    for (let n = 0; n < 10; n++) {
      say(hub, `${n};`);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(fast.text).toBe('0;1;2;3;4;5;6;7;8;9;');
    expect(fast.kinds.filter((kind) => kind === 'output')).toHaveLength(10);
    expect(slow.text).toBe('');
    slow.take(1);
    await settle();
    expect(slow.text).toBe('0;1;2;3;4;5;6;7;8;9;');
    expect(slow.kinds).toEqual(['replay', 'output']);
  });

  test('one that falls behind the scrollback is told how much it missed', async () => {
    const hub = await ConsoleHub.open({ limit: 10 * KiB });
    const viewer = new Viewer(hub, 1);
    await settle();
    for (let n = 0; n < 1000; n++) say(hub, `${String(n).padStart(31, '.')}\n`);
    viewer.take(Number.POSITIVE_INFINITY);
    await settle();
    const skipped = viewer.events.find((event) => event.kind === 'skipped');
    expect(viewer.kinds.slice(0, 2)).toEqual(['replay', 'skipped']);
    expect(viewer.text.endsWith(`999\n`)).toBe(true);
    // Whole lines of 32 bytes were left out, and together with what came that is all
    expect(skipped?.bytes).toSatisfy((bytes: number) => bytes % 32 === 0);
    expect(skipped!.bytes + viewer.text.replace(/^<\d+>/, '').length).toBe(32_000);
  });

  test('detached, it is over, also while it waits', async () => {
    const hub = await ConsoleHub.open();
    const viewer = new Viewer(hub);
    await settle();
    viewer.detach();
    await settle();
    expect(viewer.ended).toBe(true);
    say(hub, 'unseen');
    await settle();
    expect(viewer.text).toBe('');
  });
});

describe('coalescing', () => {
  test('a single key comes back at once', async () => {
    const hub = await ConsoleHub.open();
    const viewer = new Viewer(hub);
    await settle();
    say(hub, 'k');
    await settle();
    expect(viewer.text).toBe('k');
  });

  test('many lines make few events', async () => {
    const hub = await ConsoleHub.open();
    const viewer = new Viewer(hub);
    await settle();
    for (let ms = 0; ms < 1000; ms++) {
      for (let line = 0; line < 10; line++) say(hub, `line ${ms}.${line}\n`);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(10);
    expect(viewer.text.split('\n')).toHaveLength(10_001);
    expect(viewer.events.length).toBeLessThan(130);
    expect(viewer.events.length).toBeGreaterThan(100);
  });

  test('a lot does not wait', async () => {
    const hub = await ConsoleHub.open();
    const viewer = new Viewer(hub);
    await settle();
    say(hub, 'first');
    await settle();
    say(hub, 'x'.repeat(100 * KiB));
    await settle();
    expect(viewer.kinds).toEqual(['replay', 'output', 'output', 'output', 'output']);
    expect(viewer.text).toHaveLength(5 + 96 * KiB);
    await vi.advanceTimersByTimeAsync(8);
    expect(viewer.text).toHaveLength(5 + 100 * KiB);
  });
});

describe('flow control', () => {
  /** How many of so many pieces of 64 KiB the guest may hand over at once. */
  function flood(hub: ConsoleHub, pieces: number): { taken: number } {
    const count = { taken: 0 };
    for (let n = 0; n < pieces; n++) say(hub, 'x'.repeat(64 * KiB), () => count.taken++);
    return count;
  }

  test('without viewers nobody is waited for', async () => {
    const hub = await ConsoleHub.open();
    expect(flood(hub, 20).taken).toBe(20);
  });

  test('the guest is at most 256 KiB ahead of the fastest viewer', async () => {
    const hub = await ConsoleHub.open();
    const fast = new Viewer(hub, 1);
    new Viewer(hub, 1);
    await settle();
    const count = flood(hub, 20);
    expect(count.taken).toBe(4);
    // An event counts as taken when the next is asked for
    fast.take(3);
    await settle();
    expect(count.taken).toBe(5);
    fast.take(Number.POSITIVE_INFINITY);
    await vi.advanceTimersByTimeAsync(10);
    expect(count.taken).toBe(20);
  });

  test('one that takes nothing for two seconds no longer counts, until it takes something', async () => {
    const hub = await ConsoleHub.open();
    const stuck = new Viewer(hub, 2);
    await settle();
    const count = flood(hub, 8);
    await vi.advanceTimersByTimeAsync(1900);
    expect(count.taken).toBe(4);
    await vi.advanceTimersByTimeAsync(200);
    expect(count.taken).toBe(8);
    expect(flood(hub, 1).taken).toBe(1);
    stuck.take(1);
    await settle();
    expect(flood(hub, 8).taken).toBe(0);
  });

  test('a stuck one does not hold back a guest that another keeps up with', async () => {
    const hub = await ConsoleHub.open();
    new Viewer(hub, 1);
    new Viewer(hub);
    await settle();
    for (let n = 0; n < 40; n++) {
      const count = flood(hub, 4);
      await vi.advanceTimersByTimeAsync(100);
      expect(count.taken).toBe(4);
    }
  });

  test('one that waits for the guest is not stuck', async () => {
    const hub = await ConsoleHub.open();
    const viewer = new Viewer(hub, 2);
    await settle();
    await vi.advanceTimersByTimeAsync(60_000);
    const count = flood(hub, 20);
    await settle();
    expect(viewer.kinds).toEqual(['replay', 'output']);
    expect(count.taken).toBe(4);
  });

  test('the last to leave lets the guest go', async () => {
    const hub = await ConsoleHub.open();
    const viewer = new Viewer(hub, 2);
    await settle();
    const count = flood(hub, 8);
    expect(count.taken).toBe(4);
    viewer.detach();
    expect(count.taken).toBe(8);
  });

  test('each piece is taken once, in order, whatever happens', async () => {
    const hub = await ConsoleHub.open({ limit: 128 * KiB });
    const viewer = new Viewer(hub, 3);
    const order: number[] = [];
    for (let n = 0; n < 30; n++) say(hub, 'x'.repeat(32 * KiB), () => order.push(n));
    await vi.advanceTimersByTimeAsync(100);
    viewer.detach();
    await hub.close();
    say(hub, 'x', () => order.push(30));
    expect(order).toEqual(Array.from({ length: 31 }, (_, n) => n));
  });
});

describe('runs', () => {
  /** The separator begins with CAN and ends with DECSTR. */
  const plain = (text: string) =>
    text
      .split('\x18')
      .map((part, index) => (index === 0 ? part : `|${part.slice(part.indexOf('!p') + 2)}`))
      .join('');

  test('stay one below the other, with the modes of the earlier undone', async () => {
    const hub = await ConsoleHub.open();
    const live = new Viewer(hub);
    hub.restarted();
    say(hub, 'one$ ');
    hub.restarted();
    say(hub, 'two\n');
    hub.restarted();
    say(hub, 'three');
    await vi.advanceTimersByTimeAsync(20);
    expect(plain(live.text)).toBe('<restart>one$ |\r\n<restart>two\n|<restart>three');
    const late = new Viewer(hub);
    await settle();
    expect(late.text).toBe(live.text);
    expect(late.kinds.every((kind) => kind === 'replay' || kind === 'restarted')).toBe(true);
  });

  test('a run that has said nothing yet is part of the past, too', async () => {
    const hub = await ConsoleHub.open();
    say(hub, 'one\n');
    hub.restarted();
    hub.restarted();
    const viewer = new Viewer(hub);
    await settle();
    expect(viewer.kinds).toEqual(['replay', 'restarted', 'replay']);
    expect(viewer.events.at(-1)).toMatchObject({ last: true });
    hub.restarted();
    await settle();
    expect(viewer.kinds.slice(3)).toEqual(['restarted']);
  });

  test('the first output of each run is timed', async () => {
    const hub = await ConsoleHub.open();
    expect(hub.firstOutputAt).toBeNull();
    const first = Date.now();
    say(hub, 'a');
    await vi.advanceTimersByTimeAsync(1000);
    say(hub, 'b');
    expect(hub.firstOutputAt).toBe(first);
    hub.restarted();
    expect(hub.firstOutputAt).toBeNull();
    say(hub, 'c');
    expect(hub.firstOutputAt).toBe(first + 1000);
  });

  test('a machine that restarts for ever costs no memory', async () => {
    const hub = await ConsoleHub.open({ limit: 100 * KiB });
    for (let n = 0; n < 5000; n++) {
      hub.restarted();
      say(hub, 'x');
    }
    const viewer = new Viewer(hub);
    await settle();
    expect(viewer.kinds.filter((kind) => kind === 'restarted').length).toBeLessThanOrEqual(1001);
  });
});

test('the size is told first, and when it changes', async () => {
  const hub = await ConsoleHub.open();
  expect(hub.size).toBeNull();
  hub.resized(80, 25);
  say(hub, 'a');
  const viewer = new Viewer(hub);
  await settle();
  hub.resized(80, 25);
  hub.resized(100, 30);
  hub.resized(132, 43);
  await settle();
  expect(viewer.text).toBe('<80x25>a<132x43>');
  expect(hub.size).toEqual({ columns: 132, rows: 43 });
});

test('cleared, late joiners see nothing of before', async () => {
  const hub = await ConsoleHub.open();
  say(hub, 'old\n');
  hub.clear();
  say(hub, 'new\n');
  const viewer = new Viewer(hub);
  await settle();
  expect(viewer.text).toBe('new\n');
});

test('closed, views end, and nobody waits', async () => {
  const hub = await ConsoleHub.open();
  const viewer = new Viewer(hub);
  await settle();
  await hub.close();
  await settle();
  expect(viewer.ended).toBe(true);
  let taken = 0;
  say(hub, 'x', () => taken++);
  expect(taken).toBe(1);
});

test('whatever viewers do, each sees the newest, in order, and knows what it missed', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('say' as const), bytes: fc.integer({ min: 1, max: 3000 }) }),
    fc.record({ do: fc.constant('take' as const), viewer: fc.nat(3), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 5, 10, 3000) }),
    fc.record({ do: fc.constant('attach' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 200, max: 20_000 }), fc.array(step, { maxLength: 60 }), async (limit, steps) => {
      const hub = await ConsoleHub.open({ limit });
      const viewers: Viewer[] = [];
      let said = '';
      let pieces = 0;
      let taken = 0;
      const lineOf = (bytes: number) => `${said.length}:`.padEnd(bytes, 'abcdefg\n');
      for (const next of steps) {
        if (next.do === 'say') {
          const text = lineOf(next.bytes);
          said += text;
          pieces++;
          say(hub, text, () => taken++);
        } else if (next.do === 'take') viewers[next.viewer]?.take(next.count);
        else if (next.do === 'attach') viewers.push(new Viewer(hub, 1));
        await vi.advanceTimersByTimeAsync(next.do === 'wait' ? next.ms : 0);
      }
      for (const viewer of viewers) viewer.take(Number.POSITIVE_INFINITY);
      await vi.advanceTimersByTimeAsync(5000);
      expect(taken).toBe(pieces);
      for (const viewer of viewers) {
        // From its end backwards: text as said, then a gap of the size that was named, then text as said, ...
        let at = said.length;
        for (const event of viewer.events.toReversed()) {
          if (event.kind === 'skipped') at -= event.bytes;
          else {
            const text = shown(event);
            expect(said.slice(at - text.length, at)).toBe(text);
            at -= text.length;
          }
        }
        expect(at).toBeGreaterThanOrEqual(0);
        expect(viewer.kinds.filter((kind) => kind === 'replay').length).toBeGreaterThan(0);
        expect(viewer.events.filter((event) => event.kind === 'replay' && event.last)).toHaveLength(1);
        expect(viewer.events.some((event) => event.kind === 'skipped' && event.bytes <= 0)).toBe(false);
        viewer.detach();
      }
      await hub.close();
    }),
    { numRuns: 150 },
  );
});
