import { beforeEach, describe, expect, test } from 'vitest';
import { type Channel, channelsOf } from '../machine/channels.ts';
import { MEMORY_MAP, virtioMmio } from '../machine/memory-map.ts';
import { layoutOf, MACHINE_COMMAND, MMIO, MMIO_BASE, MMIO_STATE, MMIO_STRIDE, RAM_GPA } from '../memory/layout.ts';
import { type MachineTimes, openTimes } from './clock.ts';
import { DeviceLoop } from './device-loop.ts';
import { Mailboxes } from './mailbox.ts';
import { type ConsoleEvent, type DeviceData, type FromThread, MESSAGE_COST, OUTPUT_LIMIT } from './messages.ts';

const RAM_SIZE = 0x10_0000;
const HARTS = 2;
const { test: FINISHER, rtc: RTC, uart: UART } = MEMORY_MAP;
const PASS = 0x5555;
/** Registers of the UART: data, FIFO control and line status, with its bits for data and for room. */
const [THR, FCR, LSR, DATA_READY, ROOM] = [0, 2, 5, 1, 0x20];

/** What happens while the loop runs, between its rounds: `yield` is a message to it, or undefined for another round. */
type Script = Generator<ConsoleEvent | undefined, void>;

/** The loop in this thread, with scripted harts and host. */
class Bench {
  readonly memory: WebAssembly.Memory;
  readonly layout = layoutOf(HARTS, RAM_SIZE);
  readonly mailboxes: Mailboxes;
  readonly times: MachineTimes;
  readonly posts: FromThread[] = [];
  /** In the next round nothing wakes the loop but itself. */
  quiet = false;
  /** What to do when the loop posts. */
  onPost: (message: FromThread) => void = () => {};
  readonly #loop: DeviceLoop;
  #script: Script | undefined;

  constructor(options: Partial<DeviceData> = {}) {
    const { wasmPages } = this.layout;
    this.memory = new WebAssembly.Memory({ initial: wasmPages, maximum: wasmPages, shared: true });
    this.mailboxes = new Mailboxes(this.memory);
    this.times = openTimes(this.memory);
    this.times.begin();
    const data: DeviceData = {
      memory: this.memory,
      layout: this.layout,
      clock: 'wall',
      transport: 'mmio',
      channels: channelsOf({ terminals: 1, agent: false }),
      seed: 1,
      ...options,
    };
    this.#loop = new DeviceLoop(data, {
      post: (message) => {
        this.posts.push(message);
        this.onPost(message);
      },
      receive: () => this.#next(),
    });
  }

  /** Runs the loop until the script ends. */
  run(script: () => Script): void {
    this.#script = script();
    this.mailboxes.command = MACHINE_COMMAND.run;
    this.#loop.run();
  }

  #next(): ConsoleEvent | undefined {
    const { done, value } = this.#script?.next() ?? { done: true, value: undefined };
    // The script may go on in the next round, whatever the loop waits for
    if (!this.quiet) this.mailboxes.ringDoorbell();
    this.quiet = false;
    if (done) this.mailboxes.command = MACHINE_COMMAND.stop;
    return value ?? undefined;
  }

  /** Puts a request where a hart would; it is served when the script yields. */
  request(kind: 'read' | 'write' | 'sync', address: number, size: number, value = 0, hart = 0): void {
    for (const [word, content] of Object.entries({ address, size, value }))
      this.#slot(hart, word as keyof typeof MMIO, content);
    this.#slot(hart, 'state', MMIO_STATE[kind]);
  }

  /** The answer, if there is one: undefined is none, null an access fault. */
  answer(hart = 0): number | null | undefined {
    if (this.#slot(hart, 'state') !== MMIO_STATE.done) return undefined;
    this.#slot(hart, 'state', MMIO_STATE.idle);
    return this.#slot(hart, 'fault') === 1 ? null : this.#slot(hart, 'value') >>> 0;
  }

  *ask(
    kind: 'read' | 'write' | 'sync',
    address: number,
    size = 4,
    value = 0,
  ): Generator<undefined, number | null | undefined> {
    this.request(kind, address, size, value);
    yield undefined;
    return this.answer();
  }

  *write(address: number, value: number, size = 4): Generator<undefined, void> {
    yield* this.ask('write', address, size, value);
  }

  get output(): string {
    return Buffer.concat(this.posts.flatMap((post) => (post.kind === 'output' ? [post.bytes] : []))).toString('latin1');
  }

  get taken(): unknown[] {
    return this.posts.flatMap(({ ...post }) => {
      if (post.kind !== 'taken') return [];
      const { input } = post;
      return [
        input.kind === 'input'
          ? [input.at, Buffer.from(input.bytes).toString()]
          : [input.at, input.columns, input.rows],
      ];
    });
  }

  #slot(hart: number, word: keyof typeof MMIO, value?: number): number {
    const index = (MMIO_BASE + hart * MMIO_STRIDE + MMIO[word]) >> 2;
    if (value !== undefined) Atomics.store(this.mailboxes.words, index, value | 0);
    return Atomics.load(this.mailboxes.words, index);
  }
}

const input = (text: string, channel: Channel = 'ttyS0'): ConsoleEvent => ({
  kind: 'input',
  channel,
  bytes: Buffer.from(text),
});

let b: Bench;
beforeEach(() => {
  b = new Bench();
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
    b = new Bench();
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

describe('several consoles', () => {
  const THREE = channelsOf({ terminals: 2, agent: true });

  test('what one says goes nowhere else; one whose output nobody takes does not hold up another', () => {
    b = new Bench({ channels: THREE });
    const flood = 'x'.repeat(2 * OUTPUT_LIMIT);
    b.run(function* () {
      const terminals = [new Terminal(b, 0), new Terminal(b, 1)] as const;
      for (const terminal of terminals) yield* terminal.open();
      yield* terminals[1].print(flood);
      // All that may be on its way is; the driver waits for the rest
      expect(b.mailboxes.inFlight('hvc1')).toBeGreaterThanOrEqual(OUTPUT_LIMIT);
      expect(terminals[1].unsent).toBeGreaterThan(0);
      yield* terminals[0].print('here');
      yield* b.write(UART.base + THR, 0x21, 1);
      expect(terminals[0].unsent).toBe(0);
      expect([outputOf('hvc0'), outputOf('ttyS0')]).toEqual(['here', '!']);
      // The host takes everything, now and again
      for (let round = 0; terminals[1].unsent > 0; round++) {
        expect(round).toBeLessThan(100);
        b.mailboxes.addInFlight('hvc1', -b.mailboxes.inFlight('hvc1'));
        yield;
      }
    });
    expect(outputOf('hvc1')).toBe(flood);
    expect(outputOf('hvc0')).toBe('here');
  });

  test('input that one does not take does not hold up another’s', () => {
    b = new Bench({ channels: THREE });
    let got = '';
    b.run(function* () {
      yield* b.write(UART.base + FCR, 1, 1);
      // Nobody in the guest reads hvc0 or the agent's port
      yield input('x'.repeat(100_000), 'hvc0');
      yield input('x'.repeat(100_000), 'org.qemu.guest_agent.0');
      yield input('echo', 'ttyS0');
      yield;
      while ((((yield* b.ask('read', UART.base + LSR, 1)) ?? 0) & DATA_READY) !== 0) {
        got += String.fromCharCode((yield* b.ask('read', UART.base + THR, 1)) ?? 0);
      }
    });
    expect(got).toBe('echo');
  });

  test('input for a console that the machine does not have is dropped', () => {
    b = new Bench();
    b.run(function* () {
      yield input('x', 'hvc3');
      yield { kind: 'resize', channel: 'hvc3', columns: 1, rows: 1 };
      yield;
      expect(yield* b.ask('read', UART.base + LSR, 1)).toBe(0x60);
    });
    expect(b.posts).toEqual([]);
  });

  function outputOf(channel: Channel): string {
    const chunks = b.posts.flatMap((post) => (post.kind === 'output' && post.channel === channel ? [post.bytes] : []));
    return Buffer.concat(chunks).toString('latin1');
  }
});

/** A driver of one terminal of the virtio console, as far as that needs: its transmit queue (virtio 1.2, sections 2.7 and 5.3). */
class Terminal {
  static readonly #BASE = virtioMmio(0).base;
  static readonly #SIZE = 64;
  static readonly #BUFFER = 8192;
  readonly #bench: Bench;
  readonly #queue: number;
  /** Guest-physical: descriptors, rings, and one buffer that all descriptors name. */
  readonly #at: number;

  constructor(bench: Bench, index: number) {
    this.#bench = bench;
    // Queues 2 and 3 are for control messages
    this.#queue = index === 0 ? 1 : 2 * index + 3;
    this.#at = RAM_GPA + 0x1_0000 * (index + 1);
  }

  /** The first to be opened sets the device up. */
  *open(): Generator<undefined, void> {
    const set = (register: number, value: number) => this.#bench.write(Terminal.#BASE + register, value);
    if (this.#queue === 1) {
      for (const [register, value] of [
        [0x070, 3],
        [0x024, 1],
        [0x020, 1],
        // MULTIPORT
        [0x024, 0],
        [0x020, 2],
        [0x070, 11],
      ] as const) {
        yield* set(register, value);
      }
    }
    yield* set(0x030, this.#queue);
    yield* set(0x038, Terminal.#SIZE);
    yield* set(0x080, this.#at);
    yield* set(0x090, this.#at + 0x1000);
    yield* set(0x0a0, this.#at + 0x2000);
    yield* set(0x044, 1);
    yield* set(0x070, 15);
  }

  /** Offers a text of one letter to the device, or one that fits in a buffer. */
  *print(text: string): Generator<undefined, void> {
    const { memory, layout } = this.#bench;
    const ram = new DataView(memory.buffer, layout.ramBase + this.#at - RAM_GPA);
    const { length } = text;
    for (let i = 0; i < Math.min(length, Terminal.#BUFFER); i++) ram.setUint8(0x4000 + i, text.charCodeAt(i));
    const available = ram.getUint16(0x1002, true);
    const buffers = Math.ceil(length / Terminal.#BUFFER);
    for (let n = 0; n < buffers; n++) {
      const slot = (available + n) % Terminal.#SIZE;
      ram.setBigUint64(slot * 16, BigInt(this.#at + 0x4000), true);
      ram.setUint32(slot * 16 + 8, Math.min(Terminal.#BUFFER, length - n * Terminal.#BUFFER), true);
      ram.setUint16(0x1004 + 2 * slot, slot, true);
    }
    ram.setUint16(0x1002, available + buffers, true);
    yield* this.#bench.write(Terminal.#BASE + 0x050, this.#queue);
    yield undefined;
  }

  /** Buffers that the device has not taken. */
  get unsent(): number {
    const { memory, layout } = this.#bench;
    const ram = new DataView(memory.buffer, layout.ramBase + this.#at - RAM_GPA);
    return (ram.getUint16(0x1002, true) - ram.getUint16(0x2002, true)) & 0xffff;
  }
}

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
    b = new Bench();
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
    b = new Bench();
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
    b = new Bench({ clock: 'instructions' });
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
    b = new Bench({ clock: 'instructions', replay });
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
    b = new Bench({ clock: 'instructions' });
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
    b = new Bench({ clock: 'instructions' });
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
