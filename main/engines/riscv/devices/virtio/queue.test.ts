import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { RAM_GPA } from '../../memory/layout.ts';
import { TestWorld } from '../suite.ts';
import { type AddressHalf, type QueueHost, Virtqueue } from './queue.ts';

const SIZE = 8;
const DESCRIPTORS = 0;
const DRIVER = 0x400;
const DEVICE = 0x800;
const TABLE = 0x1000;
const FLAG = { next: 1, write: 2, indirect: 4 };

let world: TestWorld;
let view: DataView;
let broken: string[];
let interrupts: number;
let queue: Virtqueue;

beforeEach(start);

function start(): void {
  world = new TestWorld();
  view = new DataView(world.ram.buffer);
  broken = [];
  interrupts = 0;
  const host: QueueHost = {
    ram: world.guestRam,
    live: () => broken.length === 0,
    broken: (reason) => broken.push(reason),
    interrupt: () => {
      interrupts++;
    },
  };
  queue = new Virtqueue(256, host);
  place(DESCRIPTORS, DRIVER, DEVICE);
}

function place(descriptors: number, driver: number, device: number, size = SIZE): void {
  queue.setReady(false);
  queue.setSize(size);
  const halves: [AddressHalf, number][] = [
    ['descriptorsLow', descriptors],
    ['driverLow', driver],
    ['deviceLow', device],
  ];
  for (const [half, offset] of halves) queue.setAddress(half, RAM_GPA + offset);
  queue.setReady(true);
}

function describeAt(table: number, index: number, gpa: number, length: number, flags = 0, next = 0): void {
  const at = table + 16 * index;
  view.setBigUint64(at, BigInt(gpa), true);
  view.setUint32(at + 8, length, true);
  view.setUint16(at + 12, flags, true);
  view.setUint16(at + 14, next, true);
}

let available = 0;
function offer(...heads: number[]): void {
  available = view.getUint16(DRIVER + 2, true);
  for (const head of heads) view.setUint16(DRIVER + 4 + 2 * (available++ % SIZE), head, true);
  view.setUint16(DRIVER + 2, available, true);
}

function takeAll(most = 1000): number {
  let taken = 0;
  for (; taken < most; taken++) {
    const chain = queue.peek();
    if (!chain) break;
    const bytes = new Uint8Array(Math.min(chain.readableLength, 5000));
    chain.read(0, bytes);
    queue.advance();
    queue.push(chain, chain.write(0, bytes));
  }
  queue.flush();
  return taken;
}

describe('a well-formed queue', () => {
  it('has chains in the order they were made available, and gives them back', () => {
    describeAt(DESCRIPTORS, 3, RAM_GPA + 0x2000, 4, FLAG.next, 5);
    describeAt(DESCRIPTORS, 5, RAM_GPA + 0x3000, 8, FLAG.write);
    describeAt(DESCRIPTORS, 0, RAM_GPA + 0x2004, 1);
    world.ram.set([1, 2, 3, 4, 5], 0x2000);
    expect(queue.peek()).toBeNull();
    offer(3, 0);
    const chain = queue.peek();
    expect([chain?.head, chain?.readableLength, chain?.writableLength]).toEqual([3, 4, 8]);
    expect(queue.peek()?.head).toBe(3);
    queue.advance();
    const second = queue.peek();
    expect([...(second?.readable(0) ?? [])]).toEqual([5]);
    queue.advance();
    expect(queue.peek()).toBeNull();
    if (!chain || !second) throw new Error('unreachable');
    // Out of order, as a device may.
    queue.push(second, 0);
    expect(chain.write(2, Uint8Array.of(7, 8, 9, 10, 11, 12, 13))).toBe(6);
    queue.push(chain, 8);
    queue.flush();
    expect(interrupts).toBe(1);
    expect(view.getUint16(DEVICE + 2, true)).toBe(2);
    expect([4, 8, 12, 16].map((at) => view.getUint32(DEVICE + at, true))).toEqual([0, 0, 3, 8]);
    expect([...world.ram.subarray(0x3000, 0x3009)]).toEqual([0, 0, 7, 8, 9, 10, 11, 12, 0]);
  });

  it('reads back any chain, in the table or an indirect one', () => {
    const part = fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), write: fc.boolean() });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: SIZE });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: SIZE }), order, fc.boolean(), (parts, slots, indirect) => {
        start();
        queue.configure({ indirect: true, eventIdx: false });
        const sorted = [...parts.filter(({ write }) => !write), ...parts.filter(({ write }) => write)];
        // Section 2.7.5.3: an indirect chain starts at the table's first entry.
        const places = indirect ? [0, ...slots.filter((slot) => slot !== 0)] : slots;
        const table = indirect ? TABLE : DESCRIPTORS;
        sorted.forEach(({ bytes, write }, i) => {
          const at = 0x4000 + 0x100 * i;
          world.ram.set(bytes, at);
          const flags = (i + 1 < sorted.length ? FLAG.next : 0) | (write ? FLAG.write : 0);
          describeAt(table, places[i] ?? 0, RAM_GPA + at, bytes.length, flags, places[i + 1] ?? 0);
        });
        if (indirect) describeAt(DESCRIPTORS, 6, RAM_GPA + TABLE, 16 * SIZE, FLAG.indirect);
        offer(indirect ? 6 : (places[0] ?? 0));
        const chain = queue.peek();
        expect(broken).toEqual([]);
        const readable = sorted.filter(({ write }) => !write).flatMap(({ bytes }) => [...bytes]);
        const writable = sorted.filter(({ write }) => write).flatMap(({ bytes }) => [...bytes]);
        expect(chain?.readableLength).toBe(readable.length);
        expect(chain?.writableLength).toBe(writable.length);
        const into = new Uint8Array(readable.length + 1);
        expect(chain?.read(0, into)).toBe(readable.length);
        expect([...into.subarray(0, readable.length)]).toEqual(readable);
        for (let offset = 0; offset < writable.length; offset++) {
          expect(chain?.writable(offset, 1)[0]).toBe(writable[offset]);
        }
        expect(chain?.writable(writable.length, 9)).toHaveLength(0);
      }),
    );
  });

  it('goes round its rings and the 16 bits of their indexes', () => {
    describeAt(DESCRIPTORS, 1, RAM_GPA + 0x2000, 4, FLAG.write);
    let taken = 0;
    for (let i = 0; i < 70_000; i += 7) {
      offer(1, 1, 1, 1, 1, 1, 1);
      taken += takeAll();
    }
    expect(taken).toBe(70_000);
    expect(view.getUint16(DEVICE + 2, true)).toBe(70_000 % 65_536);
    expect(broken).toEqual([]);
  });

  it('interrupts unless the driver asked for none', () => {
    describeAt(DESCRIPTORS, 0, RAM_GPA, 0);
    view.setUint16(DRIVER, 1, true);
    offer(0);
    takeAll();
    queue.flush();
    expect(interrupts).toBe(0);
    view.setUint16(DRIVER, 0, true);
    offer(0, 0);
    takeAll();
    queue.flush();
    expect(interrupts).toBe(1);
  });

  it('interrupts at used_event, and asks for notifications at avail_event, with EVENT_IDX', () => {
    queue.configure({ indirect: false, eventIdx: true });
    describeAt(DESCRIPTORS, 0, RAM_GPA, 0);
    const usedEvent = (index: number) => view.setUint16(DRIVER + 4 + 2 * SIZE, index, true);
    const availableEvent = () => view.getUint16(DEVICE + 4 + 8 * SIZE, true);
    usedEvent(2);
    offer(0, 0);
    takeAll();
    expect([interrupts, availableEvent()]).toEqual([0, 2]);
    offer(0);
    takeAll();
    expect([interrupts, availableEvent()]).toEqual([1, 3]);
    offer(0);
    takeAll();
    expect([interrupts, availableEvent()]).toEqual([1, 4]);
    usedEvent(6);
    offer(0, 0, 0, 0, 0);
    takeAll();
    expect(interrupts).toBe(2);
  });

  it('keeps size and addresses while it is ready, and starts anew when it becomes so', () => {
    queue.setSize(4);
    queue.setAddress('driverHigh', 1);
    expect([queue.size, queue.address('driverHigh')]).toEqual([SIZE, 0]);
    queue.setReady(false);
    for (const size of [0, 3, 512, -8, 2 ** 31]) queue.setSize(size);
    expect(queue.size).toBe(SIZE);
    describeAt(DESCRIPTORS, 0, RAM_GPA, 0);
    offer(0);
    expect(queue.peek()).toBeNull();
    queue.setReady(true);
    expect(takeAll()).toBe(1);
  });
});

describe('a broken queue', () => {
  const cases: [string, string, () => void][] = [
    ['loop', 'does not end', () => describeAt(DESCRIPTORS, 0, RAM_GPA, 1, FLAG.next, 0)],
    ['next outside of the table', 'descriptor 8 of 8', () => describeAt(DESCRIPTORS, 0, RAM_GPA, 1, FLAG.next, SIZE)],
    ['buffer below RAM', 'not RAM', () => describeAt(DESCRIPTORS, 0, RAM_GPA - 1, 2)],
    ['buffer over the end', 'not RAM', () => describeAt(DESCRIPTORS, 0, RAM_GPA + TestWorld.ramSize - 1, 2)],
    ['buffer of 4 GiB', 'not RAM', () => describeAt(DESCRIPTORS, 0, RAM_GPA, 0xffff_ffff)],
    ['address of 64 bits', 'not RAM', () => view.setBigUint64(DESCRIPTORS, 0xffff_ffff_8000_0000n, true)],
    ['indirect, not negotiated', 'indirect', () => describeAt(DESCRIPTORS, 0, RAM_GPA + TABLE, 16, FLAG.indirect)],
    [
      'readable after writable',
      'readable buffer after',
      () => {
        describeAt(DESCRIPTORS, 0, RAM_GPA, 1, FLAG.next | FLAG.write, 1);
        describeAt(DESCRIPTORS, 1, RAM_GPA, 1);
      },
    ],
  ];

  it.each(cases)('by %s', (_name, reason, make) => {
    view.setUint32(DESCRIPTORS + 8, 1, true);
    make();
    offer(0);
    expect(queue.peek()).toBeNull();
    expect(broken).toEqual([expect.stringContaining(reason)]);
    expect(takeAll()).toBe(0);
  });

  it.each([
    ['with NEXT', FLAG.indirect | FLAG.next, 16],
    ['of no length', FLAG.indirect, 0],
    ['of an odd length', FLAG.indirect, 24 + 1],
    ['outside of RAM', FLAG.indirect, 0x10_0000],
  ])('by an indirect table %s', (_name, flags, length) => {
    queue.configure({ indirect: true, eventIdx: false });
    const table = length > TestWorld.ramSize ? TestWorld.ramSize : TABLE;
    describeAt(DESCRIPTORS, 0, RAM_GPA + table, length, flags, 1);
    offer(0);
    expect(queue.peek()).toBeNull();
    expect(broken).toHaveLength(1);
  });

  it('by an indirect table in another', () => {
    queue.configure({ indirect: true, eventIdx: false });
    describeAt(DESCRIPTORS, 0, RAM_GPA + TABLE, 16, FLAG.indirect);
    describeAt(TABLE, 0, RAM_GPA + TABLE, 16, FLAG.indirect);
    offer(0);
    expect(queue.peek()).toBeNull();
    expect(broken).toEqual([expect.stringContaining('indirect')]);
  });

  it('by a loop in an indirect table of any length', () => {
    queue.configure({ indirect: true, eventIdx: false });
    describeAt(DESCRIPTORS, 0, RAM_GPA + TABLE, 16 * 512, FLAG.indirect);
    for (let i = 0; i < 512; i++) describeAt(TABLE, i, RAM_GPA, 1, FLAG.next, (i + 1) % 512);
    offer(0);
    expect(queue.peek()).toBeNull();
    expect(broken).toEqual([expect.stringContaining('does not end')]);
  });

  it('by more chains than it has room for, and a head that is no descriptor', () => {
    view.setUint16(DRIVER + 2, SIZE + 1, true);
    expect(queue.peek()).toBeNull();
    expect(broken).toEqual(['9 chains are available in 8']);
    start();
    offer(8);
    expect(queue.peek()).toBeNull();
    expect(broken).toEqual(['descriptor 8 of 8']);
  });

  it.each([
    [DESCRIPTORS + 8, DRIVER, DEVICE],
    [DESCRIPTORS, DRIVER + 1, DEVICE],
    [DESCRIPTORS, DRIVER, DEVICE + 2],
    [TestWorld.ramSize - 16, DRIVER, DEVICE],
    [DESCRIPTORS, TestWorld.ramSize - 2, DEVICE],
    [DESCRIPTORS, DRIVER, TestWorld.ramSize - 4],
  ])('by parts that are not aligned or not in RAM: %i %i %i', (descriptors, driver, device) => {
    describeAt(DESCRIPTORS, 7, RAM_GPA, 0);
    place(descriptors, driver, device);
    offer(7);
    const chain = queue.peek();
    if (chain) {
      queue.advance();
      queue.push(chain, 0);
    }
    expect(broken).not.toEqual([]);
  });

  it('whatever is in the rings, never throws, never ends in a loop and writes nothing but its used ring', () => {
    const descriptor = fc.record({
      gpa: fc.oneof(
        fc.integer({ min: 0x2000, max: 0xffff }).map((at) => RAM_GPA + at),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      ),
      length: fc.oneof(fc.nat(200), fc.nat(0x2_0000), fc.constant(0xffff_ffff)),
      flags: fc.oneof(fc.nat(7), fc.nat(0xffff)),
      next: fc.oneof(fc.nat(SIZE), fc.nat(0xffff)),
    });
    const table = fc.array(descriptor, { minLength: SIZE, maxLength: SIZE });
    const heads = fc.array(fc.oneof(fc.nat(SIZE), fc.nat(0xffff)), { minLength: SIZE, maxLength: SIZE });
    const idx = fc.oneof(fc.nat(SIZE), fc.nat(0xffff));
    fc.assert(
      fc.property(table, table, heads, idx, fc.boolean(), (direct, indirect, ring, index, eventIdx) => {
        start();
        queue.configure({ indirect: true, eventIdx });
        direct.forEach((d, i) => {
          describeAt(DESCRIPTORS, i, 0, d.length, d.flags, d.next);
          const toTable = (d.flags & FLAG.indirect) !== 0 && d.next % 2 === 0;
          view.setBigUint64(DESCRIPTORS + 16 * i, toTable ? BigInt(RAM_GPA + TABLE) : BigInt(d.gpa), true);
          if (toTable) view.setUint32(DESCRIPTORS + 16 * i + 8, 16 * (1 + (d.length % SIZE)), true);
        });
        indirect.forEach((d, i) => {
          describeAt(TABLE, i, 0, d.length, d.flags, d.next);
          view.setBigUint64(TABLE + 16 * i, BigInt(d.gpa), true);
        });
        ring.forEach((head, i) => {
          view.setUint16(DRIVER + 4 + 2 * i, head, true);
        });
        view.setUint16(DRIVER + 2, index, true);
        const rings = world.ram.slice(0, DEVICE);
        expect(takeAll(100)).toBeLessThanOrEqual(SIZE);
        expect([...world.ram.subarray(0, DEVICE)]).toEqual([...rings]);
        const after = world.ram.subarray(DEVICE + 4 + 8 * SIZE + 2, TABLE);
        expect(after.every((byte) => byte === 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

it('goes on from a saved state', () => {
  describeAt(DESCRIPTORS, 2, RAM_GPA + 0x2000, 4);
  offer(2, 2, 2);
  queue.peek();
  queue.advance();
  const saved = queue.snapshot();
  expect(takeAll()).toBe(2);
  queue.restore(saved);
  expect(takeAll()).toBe(2);
  expect(() => queue.restore({ ...saved, nextUsed: 65_536 })).toThrow('Saved state is damaged: state.nextUsed');
});
