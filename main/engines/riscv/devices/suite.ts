/**
 * What every device must do, whatever it is. A device's test calls `describeDevice` with a way to make one in a `TestWorld`,
 * the registers worth hitting and what else can happen to it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GuestRam } from '../memory/guest-ram.ts';
import { RAM_GPA } from '../memory/layout.ts';
import type { ByteSink, DeviceClock, IrqLine, MmioDevice, RegisterSize, Stateful } from './device.ts';

/** Everything a device may be given, in memory, and with a state of its own so that two runs can start alike. */
export class TestWorld {
  static readonly ramSize = 0x10000;
  now = 1_000_000n;
  /** Bytes that sinks will still take. */
  room = Number.MAX_SAFE_INTEGER;
  readonly ram = new Uint8Array(new SharedArrayBuffer(TestWorld.ramSize));
  readonly notes: string[] = [];
  readonly sent: number[] = [];
  irqLevel = false;
  seed = 1;
  /** Facts of the host's side that are no part of a device's state, such as the size of a window. */
  host: Record<string, number> = {};

  readonly clock: DeviceClock = {
    nanoseconds: () => this.now,
    timeOfDay: () => this.now + 1_700_000_000_000_000_000n,
  };
  readonly irq: IrqLine = {
    set: (level) => {
      this.irqLevel = level;
    },
  };
  readonly sink: ByteSink = {
    write: (bytes) => {
      const taken = Math.min(bytes.length, this.room);
      this.sent.push(...bytes.subarray(0, taken));
      this.room -= taken;
      return taken;
    },
  };
  readonly note = (message: string): void => {
    this.notes.push(message);
  };
  readonly guestRam: GuestRam = {
    span: (gpa, length) => {
      const start = gpa - RAM_GPA;
      if (!(length >= 0 && start >= 0 && start + length <= this.ram.length)) return null;
      return this.ram.subarray(start, start + length);
    },
  };
  /** A source of "entropy" that is the same in every run. */
  readonly entropy = (into: Uint8Array): void => {
    for (let i = 0; i < into.length; i++) {
      this.seed = (Math.imul(this.seed, 1_103_515_245) + 12_345) >>> 0;
      into[i] = this.seed >>> 16;
    }
  };

  copyFrom(other: TestWorld): void {
    this.now = other.now;
    this.room = other.room;
    this.seed = other.seed;
    this.host = { ...other.host };
    this.ram.set(other.ram);
  }

  /** What can be seen of the device from outside. */
  outputs(): unknown {
    return { irq: this.irqLevel, sent: this.sent.splice(0) };
  }
}

export interface Subject<State> {
  readonly device: MmioDevice & Stateful<State>;
  readonly world: TestWorld;
  /** What the host side can do to it, by name. `n` is any 32-bit number. */
  readonly actions?: Record<string, (n: number) => void>;
  /** Further outputs to compare. */
  readonly outputs?: () => unknown;
  /** Tells the device what `world.host` says of the host's side, after that changed. */
  readonly hostChanged?: () => void;
}

export interface DeviceHints {
  readonly windowSize: number;
  /** Offsets that do something: half of all accesses go there. */
  readonly registers: readonly number[];
  /** Values that do something: half of all writes carry one. */
  readonly values?: readonly number[];
  /** Puts bytes into guest RAM before each run, so that there is something to find there. */
  readonly fillRam?: (ram: Uint8Array) => void;
}

type Step =
  | { kind: 'read'; offset: number; size: RegisterSize }
  | { kind: 'write'; offset: number; size: RegisterSize; value: number }
  | { kind: 'act'; name: string; n: number };

export function describeDevice<State>(name: string, hints: DeviceHints, make: () => Subject<State>): void {
  const fresh = (): Subject<State> => {
    const subject = make();
    hints.fillRam?.(subject.world.ram);
    subject.device.reset();
    return subject;
  };
  const steps = fc.array(stepsOf(hints, Object.keys(make().actions ?? {})), { maxLength: 60 });

  describe(`${name}, as any device`, () => {
    it('takes every access at every offset and size, and reads give a value of that size', () => {
      const { device } = fresh();
      const step = hints.windowSize > 0x2000 ? 61 : 1;
      for (let offset = 0; offset < hints.windowSize; offset += step) {
        for (const size of [1, 2, 4] as const) {
          if (offset + size > hints.windowSize) continue;
          const value = device.read(offset, size);
          expect(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size)).toBe(true);
          for (const pattern of [0, 1, 0x80, 0xffff_ffff]) device.write(offset, size, pattern % 2 ** (8 * size));
        }
      }
    });

    it('never throws, whatever comes in whatever order', () => {
      fc.assert(
        fc.property(steps, (list) => {
          const subject = fresh();
          for (const step of list) {
            const value = run(subject, step);
            if (step.kind === 'read') expect(value >= 0 && value < 2 ** (8 * step.size)).toBe(true);
          }
        }),
      );
    });

    it('is as new after a reset', () => {
      fc.assert(
        fc.property(steps, (list) => {
          const subject = fresh();
          const before = subject.device.snapshot();
          for (const step of list) run(subject, step);
          subject.device.reset();
          expect(subject.device.snapshot()).toEqual(before);
          expect(subject.world.irqLevel).toBe(false);
        }),
      );
    });

    it('gives its state as plain data that later use does not change', () => {
      fc.assert(
        fc.property(steps, steps, (before, after) => {
          const subject = fresh();
          for (const step of before) run(subject, step);
          const snapshot = subject.device.snapshot();
          const cloned = structuredClone(snapshot);
          expect(cloned).toEqual(snapshot);
          for (const step of after) run(subject, step);
          expect(snapshot).toEqual(cloned);
        }),
      );
    });

    it('goes on from a restored state as it would have without', () => {
      fc.assert(
        fc.property(steps, steps, (before, after) => {
          const one = fresh();
          for (const step of before) run(one, step);
          const snapshot = one.device.snapshot();
          const other = fresh();
          // What is restored to is not new either.
          for (const step of after) run(other, step);
          other.world.copyFrom(one.world);
          other.hostChanged?.();
          one.device.restore(snapshot);
          other.device.restore(snapshot);
          expect(other.device.snapshot()).toEqual(snapshot);
          expect(other.world.irqLevel).toBe(one.world.irqLevel);
          for (const each of [one, other]) {
            each.world.outputs();
            each.outputs?.();
          }
          for (const step of after) {
            expect(run(other, step), JSON.stringify(step)).toBe(run(one, step));
            expect(other.world.outputs()).toEqual(one.world.outputs());
            expect(other.outputs?.()).toEqual(one.outputs?.());
          }
          expect(other.device.snapshot()).toEqual(one.device.snapshot());
          expect(other.world.ram.every((byte, at) => byte === one.world.ram[at])).toBe(true);
        }),
      );
    });

    it('refuses damaged state', () => {
      const { device } = fresh();
      const good = device.snapshot();
      for (const bad of [undefined, null, 7, 'state', [], { ...good, surplus: 1 }]) {
        expect(() => device.restore(bad as State)).toThrow('Saved state is damaged');
      }
      for (const field of Object.keys(good as object)) {
        for (const value of [undefined, -1, 0.5, 'no', { wrong: 1 }, Symbol.iterator]) {
          expect(() => device.restore({ ...good, [field]: value } as State), field).toThrow('Saved state is damaged');
        }
      }
    });
  });
}

function stepsOf(hints: DeviceHints, actions: string[]): fc.Arbitrary<Step> {
  const size = fc.constantFrom<RegisterSize>(1, 2, 4);
  const known = (of: readonly number[], any: fc.Arbitrary<number>) =>
    of.length > 0 ? fc.oneof(fc.constantFrom(...of), any) : any;
  const offset = known(hints.registers, fc.nat(hints.windowSize - 4));
  const any32 = fc.oneof(fc.nat(20), fc.integer({ min: 0, max: 0xffff_ffff }));
  const value = known(hints.values ?? [], any32);
  const read = fc.record({ kind: fc.constant('read' as const), offset, size: fc.oneof(size, fc.constant(4 as const)) });
  const write = fc
    .record({ kind: fc.constant('write' as const), offset, size: fc.oneof(size, fc.constant(4 as const)), value })
    .map((step) => ({ ...step, value: step.value % 2 ** (8 * step.size) }));
  if (actions.length === 0) return fc.oneof(read, write);
  const act = fc.record({ kind: fc.constant('act' as const), name: fc.constantFrom(...actions), n: any32 });
  return fc.oneof(read, write, write, act);
}

/** Returns what was read, or 0. */
function run(subject: Subject<unknown>, step: Step): number {
  switch (step.kind) {
    case 'read':
      return subject.device.read(step.offset, step.size);
    case 'write':
      subject.device.write(step.offset, step.size, step.value);
      return 0;
    case 'act':
      subject.actions?.[step.name]?.(step.n);
      return 0;
  }
}
