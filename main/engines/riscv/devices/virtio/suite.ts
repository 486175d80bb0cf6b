/** A driver in miniature, and the suite of all virtio devices: what every device must do, on either transport. */
import fc from 'fast-check';
import { RAM_GPA } from '../../memory/layout.ts';
import type { MmioDevice, Stateful, Timed } from '../device.ts';
import { describeDevice, type Subject, TestWorld } from '../suite.ts';
import type { VirtioDevice } from './device.ts';
import { VirtioMmio } from './mmio.ts';
import { VirtioPci } from './pci.ts';
import { STATUS } from './status.ts';

export const VERSION_1 = 1n << 32n;
export const INDIRECT = 1n << 28n;
export const EVENT_IDX = 1n << 29n;

/** Where the parts of a queue are in its page of guest RAM; buffers are above all queues. */
const PAGE = 0x1000;
const RING = { descriptors: 0, driver: 0x400, device: 0x800 } as const;
const BUFFERS = 0x8000;

/** What a driver does with a transport. */
export interface DriverRegisters {
  status(): number;
  setStatus(status: number): void;
  offered(): bigint;
  accept(features: bigint): void;
  setUpQueue(queue: number, size: number, at: { descriptors: number; driver: number; device: number }): void;
  notify(queue: number): void;
  /** The interrupt status, which is then acknowledged. */
  interrupts(): number;
  config(offset: number, size: 1 | 2 | 4): number;
}

export function mmioRegisters(device: MmioDevice): DriverRegisters {
  const write = (offset: number, value: number) => device.write(offset, 4, value >>> 0);
  return {
    status: () => device.read(0x70, 4),
    setStatus: (status) => write(0x70, status),
    offered: () => {
      const [low, high] = [0, 1].map((select) => {
        write(0x14, select);
        return BigInt(device.read(0x10, 4));
      });
      return (low ?? 0n) | ((high ?? 0n) << 32n);
    },
    accept: (features) => {
      for (const select of [0, 1]) {
        write(0x24, select);
        write(0x20, Number((features >> BigInt(32 * select)) & 0xffff_ffffn));
      }
    },
    setUpQueue: (queue, size, at) => {
      write(0x30, queue);
      write(0x38, size);
      [at.descriptors, 0, at.driver, 0, at.device, 0].forEach((half, i) => {
        write([0x80, 0x84, 0x90, 0x94, 0xa0, 0xa4][i] ?? 0, half);
      });
      write(0x44, 1);
    },
    notify: (queue) => write(0x50, queue),
    interrupts: () => {
      const status = device.read(0x60, 4);
      write(0x64, status);
      return status;
    },
    config: (offset, size) => device.read(0x100 + offset, size),
  };
}

/** `bar` is the function's BAR 0 as a device of its own. */
export function pciRegisters(bar: MmioDevice): DriverRegisters {
  return {
    status: () => bar.read(0x14, 1),
    setStatus: (status) => bar.write(0x14, 1, status),
    offered: () => {
      const [low, high] = [0, 1].map((select) => {
        bar.write(0x00, 4, select);
        return BigInt(bar.read(0x04, 4));
      });
      return (low ?? 0n) | ((high ?? 0n) << 32n);
    },
    accept: (features) => {
      for (const select of [0, 1]) {
        bar.write(0x08, 4, select);
        bar.write(0x0c, 4, Number((features >> BigInt(32 * select)) & 0xffff_ffffn));
      }
    },
    setUpQueue: (queue, size, at) => {
      bar.write(0x16, 2, queue);
      bar.write(0x18, 2, size);
      [at.descriptors, 0, at.driver, 0, at.device, 0].forEach((half, i) => {
        bar.write(0x20 + 4 * i, 4, half);
      });
      bar.write(0x1c, 2, 1);
    },
    notify: (queue) => bar.write(0x3000 + 4 * queue, 2, queue),
    interrupts: () => bar.read(0x1000, 1),
    config: (offset, size) => bar.read(0x2000 + offset, size),
  };
}

export interface Used {
  readonly written: number;
  readonly data: Uint8Array;
}

export class TestDriver {
  readonly registers: DriverRegisters;
  readonly #ram: DataView;
  readonly #bytes: Uint8Array;
  readonly #queues = new Map<
    number,
    { available: number; used: number; free: number; chains: Map<number, number[][]> }
  >();
  #free = BUFFERS;
  /** Of each queue: at most 64. */
  #size = 16;

  constructor(registers: DriverRegisters, ram: Uint8Array) {
    this.registers = registers;
    this.#bytes = ram;
    this.#ram = new DataView(ram.buffer);
  }

  /** Section 3.1.1. */
  bringUp(queues: number, features: bigint = VERSION_1, size = 16): void {
    this.#size = size;
    this.registers.setStatus(0);
    this.registers.setStatus(STATUS.acknowledge);
    this.registers.setStatus(STATUS.acknowledge | STATUS.driver);
    this.registers.accept(features);
    this.registers.setStatus(STATUS.acknowledge | STATUS.driver | STATUS.featuresOk);
    this.#free = BUFFERS;
    for (let queue = 0; queue < queues; queue++) {
      this.#bytes.fill(0, queue * PAGE, (queue + 1) * PAGE);
      this.#queues.set(queue, { available: 0, used: 0, free: 0, chains: new Map() });
      const base = RAM_GPA + queue * PAGE;
      this.registers.setUpQueue(queue, this.#size, {
        descriptors: base + RING.descriptors,
        driver: base + RING.driver,
        device: base + RING.device,
      });
    }
    this.registers.setStatus(this.registers.status() | STATUS.driverOk);
  }

  /** Makes a chain available: `readable` buffers, then writable ones of the sizes given. */
  offer(queue: number, readable: readonly Uint8Array[], writable: readonly number[] = []): void {
    const state = this.#state(queue);
    const base = queue * PAGE;
    const head = state.free;
    const buffers: number[][] = [];
    const count = readable.length + writable.length;
    [...readable, ...writable].forEach((buffer, i) => {
      const length = typeof buffer === 'number' ? buffer : buffer.length;
      const at = this.#allocate(length);
      if (typeof buffer !== 'number') this.#bytes.set(buffer, at);
      else buffers.push([at, length]);
      const index = state.free;
      state.free = (state.free + 1) % this.#size;
      const last = i === count - 1;
      const flags = (last ? 0 : 1) | (typeof buffer === 'number' ? 2 : 0);
      this.describe(queue, index, { address: RAM_GPA + at, length, flags, next: state.free });
    });
    state.chains.set(head, buffers);
    this.#ram.setUint16(base + RING.driver + 4 + 2 * (state.available % this.#size), head, true);
    state.available = (state.available + 1) & 0xffff;
    this.#ram.setUint16(base + RING.driver + 2, state.available, true);
  }

  /** Offers and notifies. */
  send(queue: number, readable: readonly Uint8Array[], writable: readonly number[] = []): void {
    this.offer(queue, readable, writable);
    this.registers.notify(queue);
  }

  /** What came back since the last call, in order. */
  used(queue: number): Used[] {
    const state = this.#state(queue);
    const base = queue * PAGE + RING.device;
    const list: Used[] = [];
    while (state.used !== this.#ram.getUint16(base + 2, true)) {
      const slot = base + 4 + 8 * (state.used % this.#size);
      const written = this.#ram.getUint32(slot + 4, true);
      const buffers = state.chains.get(this.#ram.getUint32(slot, true)) ?? [];
      const data = buffers.flatMap(([at = 0, length = 0]) => [...this.#bytes.subarray(at, at + length)]);
      list.push({ written, data: Uint8Array.from(data.slice(0, written)) });
      state.used = (state.used + 1) & 0xffff;
    }
    return list;
  }

  /** Asks for no interrupts, where EVENT_IDX was not negotiated. */
  suppressInterrupts(queue: number, suppress: boolean): void {
    this.#ram.setUint16(queue * PAGE + RING.driver, suppress ? 1 : 0, true);
  }

  setUsedEvent(queue: number, index: number): void {
    this.#ram.setUint16(queue * PAGE + RING.driver + 4 + 2 * this.#size, index, true);
  }

  availableEvent(queue: number): number {
    return this.#ram.getUint16(queue * PAGE + RING.device + 4 + 8 * this.#size, true);
  }

  describe(
    queue: number,
    index: number,
    descriptor: { address: number; length: number; flags: number; next: number },
  ): void {
    const at = queue * PAGE + RING.descriptors + 16 * index;
    this.#ram.setBigUint64(at, BigInt(descriptor.address), true);
    this.#ram.setUint32(at + 8, descriptor.length, true);
    this.#ram.setUint16(at + 12, descriptor.flags, true);
    this.#ram.setUint16(at + 14, descriptor.next, true);
  }

  /** Puts an index into the available ring, right or wrong. */
  makeAvailable(queue: number, head: number): void {
    const state = this.#state(queue);
    const base = queue * PAGE + RING.driver;
    this.#ram.setUint16(base + 4 + 2 * (state.available % this.#size), head, true);
    state.available = (state.available + 1) & 0xffff;
    this.#ram.setUint16(base + 2, state.available, true);
  }

  setAvailableIndex(queue: number, index: number): void {
    this.#ram.setUint16(queue * PAGE + RING.driver + 2, index, true);
  }

  #state(queue: number) {
    const state = this.#queues.get(queue);
    if (!state) throw new Error(`Queue ${queue} was not set up`);
    return state;
  }

  #allocate(length: number): number {
    if (this.#free + length > this.#bytes.length) this.#free = BUFFERS;
    const at = this.#free;
    this.#free += (length + 15) & ~15;
    return at;
  }
}

export type TransportName = 'mmio' | 'pci';
export const TRANSPORTS: readonly TransportName[] = ['mmio', 'pci'];

/** A device on a transport, and a driver for it. */
export function onTransport(transport: TransportName, device: VirtioDevice, world: TestWorld) {
  const options = { device, ram: world.guestRam, irq: world.irq, note: world.note };
  if (transport === 'mmio') {
    const mmio: MmioDevice & Stateful<unknown> & Timed = new VirtioMmio(options);
    return { device: mmio, driver: new TestDriver(mmioRegisters(mmio), world.ram) };
  }
  const pci = new VirtioPci(options);
  pci.connect(world.irq);
  const bar: MmioDevice & Stateful<unknown> & Timed = {
    name: pci.name,
    read: (offset, size) => pci.readBar(0, offset, size),
    write: (offset, size, value) => pci.writeBar(0, offset, size, value),
    deadline: () => pci.deadline(),
    tick: () => pci.tick(),
    reset: () => pci.reset(),
    snapshot: () => pci.snapshot(),
    restore: (state) => pci.restore(state as ReturnType<VirtioPci['snapshot']>),
  };
  return { device: bar, driver: new TestDriver(pciRegisters(bar), world.ram) };
}

const HINTS = {
  mmio: {
    windowSize: VirtioMmio.windowSize,
    registers: [0x14, 0x20, 0x24, 0x30, 0x38, 0x44, 0x50, 0x60, 0x64, 0x70, 0x80, 0x90, 0xa0, 0x100, 0x108],
  },
  pci: {
    windowSize: 0x4000,
    registers: [0x00, 0x08, 0x0c, 0x14, 0x16, 0x18, 0x1c, 0x20, 0x28, 0x30, 0x1000, 0x2000, 0x2008, 0x3000, 0x3004],
  },
} as const;

export interface VirtioSubject {
  readonly device: VirtioDevice;
  readonly actions?: Subject<unknown>['actions'];
  readonly hostChanged?: () => void;
}

/** Runs the suite of all devices for one on both transports, with a driver that works, and one that does not. */
export function describeVirtioDevice(name: string, features: bigint, make: (world: TestWorld) => VirtioSubject): void {
  for (const transport of TRANSPORTS) {
    const subject = (): Subject<unknown> => {
      const world = new TestWorld();
      const { device: virtio, actions, ...rest } = make(world);
      const { device, driver } = onTransport(transport, virtio, world);
      const queues = virtio.queueSizes.length;
      const upAndWilling = (negotiated: bigint) => {
        driver.bringUp(queues, negotiated);
        for (let queue = 0; queue < queues; queue++) {
          driver.offer(queue, [Uint8Array.of(queue, 0, 0, 0, queue, 0, 1, 0)], queue % 2 === 0 ? [64, 8] : []);
          driver.offer(queue, [], [100]);
        }
      };
      return {
        device,
        world,
        actions: {
          ...actions,
          bringUp: () => upAndWilling(VERSION_1),
          bringUpWithAll: () => upAndWilling(VERSION_1 | EVENT_IDX | INDIRECT | features),
          kick: (n) => driver.registers.notify(n % queues),
          kickAll: () => {
            for (let queue = 0; queue < queues; queue++) driver.registers.notify(queue);
          },
          scribble: (n) => {
            world.ram[n % world.ram.length] = n >>> 24;
          },
          scribbleRing: (n) => {
            const part = [0, 0x400, 0x402, 0x404, 0x800][n % 5] ?? 0;
            world.ram[((n >>> 8) % queues) * PAGE + part + ((n >>> 4) % 16)] = n >>> 24;
          },
          tick: () => {
            if (device.deadline() !== null) device.tick();
          },
        },
        outputs: () => device.deadline(),
        ...rest,
      };
    };
    const { windowSize, registers } = HINTS[transport];
    const fillRam = (ram: Uint8Array) =>
      ram.set(fc.sample(fc.uint8Array({ minLength: 256, maxLength: 256 }), { numRuns: 1, seed: 7 })[0] ?? []);
    const values = [0, 1, 3, 11, 15, 0x8b, RAM_GPA, RAM_GPA + RING.driver, RAM_GPA + RING.device];
    describeDevice(`${name} on virtio-${transport}`, { windowSize, registers, values, fillRam }, subject);
  }
}
