import { beforeEach, describe, expect, test } from 'vitest';
import { DeviceBench, input } from '../../../../tests/fixtures/device-bench.ts';
import { MEMORY_MAP, virtioMmio } from '../machine/memory-map.ts';
import { RAM_GPA } from '../memory/layout.ts';
import { MESSAGE_COST, OUTPUT_LIMIT } from './messages.ts';

const { test: FINISHER, rtc: RTC, uart: UART } = MEMORY_MAP;
const PASS = 0x5555;
/** Registers of the UART: data, FIFO control and line status, with its bits for data and for room. */
const [THR, FCR, LSR, DATA_READY, ROOM] = [0, 2, 5, 1, 0x20];

let b: DeviceBench;
beforeEach(() => {
  b = new DeviceBench();
});

test('requests reach the devices of the board, those of several harts in one round', () => {
  b.run(function* () {
    b.request('read', virtioMmio(0).base, 4, 0, 0);
    b.request('read', virtioMmio(1).base + 8, 4, 0, 1);
    yield;
    expect([b.answer(0), b.answer(1)]).toEqual([0x7472_6976, 4]);
    expect(yield* b.ask('read', 0x1234_5678)).toBeNull();
    expect(yield* b.ask('write', 0x1234_5678)).toBeNull();
    expect(yield* b.ask('read', UART.base + LSR, 1)).toBe(0x60);
  });
});

describe('console output', () => {
  function* print(text: string): Generator<undefined, void> {
    for (const byte of Buffer.from(text, 'latin1')) yield* b.write(UART.base + THR, byte, 1);
  }

  test('comes as it was written, and is counted until it is taken', () => {
    b.run(function* () {
      yield* print('hello\n');
    });
    expect(b.output).toBe('hello\n');
    expect(b.mailboxes.inFlight('ttyS0')).toBe(6 + b.posts.length * MESSAGE_COST);
  });

  test('waits in the device while nobody takes it; a driver that waits for room loses nothing', () => {
    const all = Array.from({ length: 3 * (OUTPUT_LIMIT / MESSAGE_COST) }, (_, i) =>
      String.fromCharCode(32 + (i % 90)),
    ).join('');
    let most = 0;
    let blocked = 0;
    b.run(function* () {
      for (const byte of Buffer.from(all)) {
        while ((((yield* b.ask('read', UART.base + LSR, 1)) ?? 0) & ROOM) === 0) {
          blocked++;
          expect(b.mailboxes.inFlight('ttyS0')).toBeGreaterThanOrEqual(OUTPUT_LIMIT);
          // The host takes half of it
          b.mailboxes.addInFlight('ttyS0', -OUTPUT_LIMIT / 2);
          yield;
        }
        yield* b.write(UART.base + THR, byte, 1);
        most = Math.max(most, b.mailboxes.inFlight('ttyS0'));
      }
    });
    expect(blocked).toBeGreaterThan(0);
    expect(most).toBeLessThan(OUTPUT_LIMIT + 2 * MESSAGE_COST);
    expect(b.output).toBe(all);
  });

  test('comes before the end that follows it, and nothing is answered after that', () => {
    b.run(function* () {
      b.request('write', UART.base + THR, 1, 0x21, 1);
      b.request('write', FINISHER.base, 4, PASS, 0);
      yield;
      // Hart 0 was served first
      expect([b.answer(0), b.answer(1)]).toEqual([undefined, undefined]);
    });
    expect(b.posts).toEqual([{ kind: 'finished', how: 'powered-off', code: 0 }]);
    b = new DeviceBench();
    b.run(function* () {
      b.request('write', UART.base + THR, 1, 0x21, 0);
      b.request('write', FINISHER.base, 4, (7 << 16) | 0x3333, 1);
      yield;
      expect([b.answer(0), b.answer(1)]).toEqual([0, undefined]);
    });
    expect(b.posts.map(({ kind }) => kind)).toEqual(['output', 'finished']);
    expect(b.posts[1]).toEqual({ kind: 'finished', how: 'powered-off', code: 7 });
  });
});

describe('console input', () => {
  test('is taken as far as there is room, in order, and the rest when there is more', () => {
    const text = 'abcdefghijklmnopqrstuvwxyz';
    let got = '';
    b.run(function* () {
      // With its FIFO on the UART holds 16
      yield* b.write(UART.base + FCR, 1, 1);
      yield input(text.slice(0, 10));
      yield input(text.slice(10));
      yield;
      while ((((yield* b.ask('read', UART.base + LSR, 1)) ?? 0) & DATA_READY) !== 0) {
        got += String.fromCharCode((yield* b.ask('read', UART.base + THR, 1)) ?? 0);
      }
    });
    expect(got).toBe(text);
    expect(b.taken.map((entry) => (entry as [number, string])[1]).join('')).toBe(text);
    expect(b.taken.length).toBeGreaterThan(2);
  });

  test('keeps its order where the guest’s buffers take more than the console holds', () => {
    b = new DeviceBench();
    const BUFFERS = 64;
    const BUFFER_SIZE = 2048;
    const [descriptors, available, used, data] = [RAM_GPA, RAM_GPA + 0x1000, RAM_GPA + 0x2000, RAM_GPA + 0x4000];
    const ram = new DataView(b.memory.buffer, b.layout.ramBase);
    for (let i = 0; i < BUFFERS; i++) {
      // address, length, flags (the device writes), next; then the ring of heads (virtio 1.2, section 2.7)
      ram.setBigUint64(i * 16, BigInt(data + i * BUFFER_SIZE), true);
      ram.setUint32(i * 16 + 8, BUFFER_SIZE, true);
      ram.setUint16(i * 16 + 12, 2, true);
      ram.setUint16(available - RAM_GPA + 4 + 2 * i, i, true);
    }
    ram.setUint16(available - RAM_GPA + 2, BUFFERS, true);
    const console = virtioMmio(0).base;
    const sent = Array.from({ length: 100_000 }, (_, i) => String.fromCharCode(32 + (i % 91))).join('');
    let got = '';
    b.run(function* () {
      const set = (register: number, value: number) => b.write(console + register, value);
      yield* set(0x070, 3);
      // VERSION_1 and nothing else
      yield* set(0x024, 1);
      yield* set(0x020, 1);
      yield* set(0x070, 11);
      yield* set(0x030, 0);
      yield* set(0x038, BUFFERS);
      yield* set(0x080, descriptors);
      yield* set(0x090, available);
      yield* set(0x0a0, used);
      yield* set(0x044, 1);
      yield* set(0x070, 15);
      expect(yield* b.ask('read', console + 0x70)).toBe(15);
      // At once, so that the second waits while the first is taken in part
      b.mailboxes.ringDoorbell();
      yield input(sent.slice(0, 90_000), 'hvc0');
      yield input(sent.slice(90_000), 'hvc0');
      yield;
      for (let i = 0, seen = 0; got.length < sent.length; i++) {
        expect(i).toBeLessThan(200);
        const index = ram.getUint16(used - RAM_GPA + 2, true);
        for (; seen !== index; seen = (seen + 1) & 0xffff) {
          const at = used - RAM_GPA + 4 + 8 * (seen % BUFFERS);
          const head = ram.getUint32(at, true);
          const bytes = new Uint8Array(
            b.memory.buffer,
            b.layout.ramBase + data - RAM_GPA + head * BUFFER_SIZE,
            ram.getUint32(at + 4, true),
          );
          got += Buffer.from(bytes).toString('latin1');
          const next = ram.getUint16(available - RAM_GPA + 2, true);
          ram.setUint16(available - RAM_GPA + 4 + 2 * (next % BUFFERS), head, true);
          ram.setUint16(available - RAM_GPA + 2, next + 1, true);
        }
        yield* set(0x050, 0);
      }
    });
    expect(got).toBe(sent);
  });

  test('resizing does not wait for it', () => {
    b = new DeviceBench();
    b.run(function* () {
      yield input('x'.repeat(100_000), 'hvc0');
      yield { kind: 'resize', channel: 'hvc0', columns: 132, rows: 43 };
      yield;
      // cols and rows in the configuration of a virtio console (virtio 1.2, section 5.3.4)
      expect(yield* b.ask('read', virtioMmio(0).base + 0x100, 2)).toBe(132);
      expect(yield* b.ask('read', virtioMmio(0).base + 0x102, 2)).toBe(43);
    });
  });
});

describe('with time counted in instructions', () => {
  test('input and the size of the terminal are taken when the hart synchronizes, and recorded with that time', () => {
    b = new DeviceBench({ clock: 'instructions' });
    b.run(function* () {
      yield* b.write(UART.base + FCR, 1, 1);
      b.times.virtual = 1000;
      yield input('a');
      yield { kind: 'resize', channel: 'hvc0', columns: 80, rows: 25 };
      yield;
      expect((yield* b.ask('read', UART.base + LSR, 1)) ?? 0).toBe(0x60);
      expect(b.taken).toEqual([]);
      b.times.virtual = 2000;
      expect(yield* b.ask('sync', 0, 0, 0)).toBe(0);
      expect(b.taken).toEqual([
        [2000, 'a'],
        [2000, 80, 25],
      ]);
      yield input('b');
      yield;
      expect(b.taken).toHaveLength(2);
      // A hart that is idle stands still until there is input
      b.times.virtual = 3000;
      yield* b.ask('sync', 0, 0, 1);
      expect(b.taken.slice(2)).toEqual([[3000, 'b']]);
      yield input('c');
      yield;
      expect(b.taken.slice(3)).toEqual([[3000, 'c']]);
      // One that does something does not
      yield* b.ask('read', UART.base + THR, 1);
      yield input('d');
      yield;
      expect(b.taken).toHaveLength(4);
    });
  });

  test('recorded input comes at exactly its time', () => {
    const replay = [
      { kind: 'input', channel: 'ttyS0', at: 2000, bytes: Buffer.from('a') },
      { kind: 'resize', channel: 'hvc0', at: 2000, columns: 80, rows: 25 },
      { kind: 'input', channel: 'ttyS0', at: 3000, bytes: Buffer.from('b') },
    ] as const;
    b = new DeviceBench({ clock: 'instructions', replay });
    b.run(function* () {
      for (const [time, entries] of [
        [1999, 0],
        [2000, 2],
        [2999, 2],
        [3000, 3],
      ] as const) {
        b.times.virtual = time;
        yield* b.ask('sync', 0, 0, 0);
        expect(b.taken).toHaveLength(entries);
        yield* b.ask('read', UART.base + THR, 1);
      }
    });
    expect(b.taken).toEqual([
      [2000, 'a'],
      [2000, 80, 25],
      [3000, 'b'],
    ]);
  });

  test('output waits for the host within the request, so that the guest cannot tell', () => {
    b = new DeviceBench({ clock: 'instructions' });
    let most = 0;
    b.onPost = (message) => {
      if (message.kind !== 'output') return;
      most = Math.max(most, b.mailboxes.inFlight('ttyS0'));
      // The host takes it, but only once there is no room left
      if (b.mailboxes.inFlight('ttyS0') >= OUTPUT_LIMIT)
        b.mailboxes.addInFlight('ttyS0', -b.mailboxes.inFlight('ttyS0'));
    };
    const times = 3 * (OUTPUT_LIMIT / MESSAGE_COST);
    b.run(function* () {
      for (let i = 0; i < times; i++) {
        yield* b.write(UART.base + THR, 0x61, 1);
        expect(yield* b.ask('read', UART.base + LSR, 1)).toBe(0x60);
      }
    });
    expect(b.output).toBe('a'.repeat(times));
    expect(most).toBeLessThan(OUTPUT_LIMIT + 2 * MESSAGE_COST);
  });

  test('timers of devices act within requests only', () => {
    b = new DeviceBench({ clock: 'instructions' });
    const ALARM = 50_000_000;
    b.run(function* () {
      const now =
        BigInt((yield* b.ask('read', RTC.base)) ?? 0) | (BigInt((yield* b.ask('read', RTC.base + 4)) ?? 0) << 32n);
      const due = now + BigInt(ALARM);
      yield* b.write(RTC.base + 0x10, 1);
      yield* b.write(RTC.base + 0xc, Number(due >> 32n));
      yield* b.write(RTC.base + 0x8, Number(due & 0xffff_ffffn));
      const running = () => b.ask('read', RTC.base + 0x18);
      b.times.virtual = ALARM - 1;
      expect(yield* running()).toBe(1);
      b.times.virtual = ALARM;
      yield* b.ask('sync', 0, 0, 0);
      expect(yield* running()).toBe(0);
    });
  });
});

test('a timer of a device acts by itself', () => {
  const ALARM = 30_000_000n;
  b.run(function* () {
    const low = BigInt((yield* b.ask('read', RTC.base)) ?? 0);
    const due = (low | (BigInt((yield* b.ask('read', RTC.base + 4)) ?? 0) << 32n)) + ALARM;
    yield* b.write(RTC.base + 0xc, Number(due >> 32n));
    yield* b.write(RTC.base + 0x8, Number(due & 0xffff_ffffn));
    expect(yield* b.ask('read', RTC.base + 0x18)).toBe(1);
    const before = performance.now();
    b.quiet = true;
    yield;
    yield;
    expect(performance.now() - before).toBeGreaterThan(20);
    expect(yield* b.ask('read', RTC.base + 0x18)).toBe(0);
  });
});

test('a hostile sequence of requests ends with an answer to each', () => {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const windows = [RTC, UART, virtioMmio(0), virtioMmio(1), virtioMmio(2), MEMORY_MAP.fwCfg];
  b.onPost = (message) => {
    if (message.kind === 'output') b.mailboxes.addInFlight(message.channel, -message.bytes.length - MESSAGE_COST);
  };
  b.run(function* () {
    for (let i = 0; i < 5000; i++) {
      const { base, size } = windows[random(windows.length)] ?? RTC;
      const bytes = [1, 2, 4][random(3)] ?? 4;
      const address = base + Math.floor(random(Math.min(size, 0x200)) / bytes) * bytes;
      b.request(random(2) ? 'read' : 'write', address, bytes, random(0x1000000) * random(256));
      yield;
      expect(b.answer()).not.toBeUndefined();
    }
  });
});
