/** Virtio-pci as a driver finds it: through ECAM, capabilities and a BAR that it places itself. */
import { describe, expect, it } from 'vitest';
import type { RegisterSize } from '../device.ts';
import { HostBridge } from '../pci/function.ts';
import { PciHost } from '../pci/host.ts';
import { describeDevice, TestWorld } from '../suite.ts';
import { VirtioPci } from './pci.ts';
import { VirtioRng } from './rng.ts';
import { pciRegisters, TestDriver } from './suite.ts';

const WINDOW = 0x4000_0000;
const SLOT = 3;
const BAR_ADDRESS = 0x4010_0000;

function make() {
  const world = new TestWorld();
  const levels = [false, false, false, false];
  const line = (index: number) => ({
    set: (level: boolean) => {
      levels[index] = level;
    },
  });
  const host = new PciHost({ irqs: [line(0), line(1), line(2), line(3)], memoryBase: WINDOW });
  const rng = new VirtioPci({
    device: new VirtioRng({ entropy: world.entropy }),
    ram: world.guestRam,
    note: world.note,
  });
  host.plug(0, new HostBridge());
  host.plug(SLOT, rng);
  const config = (offset: number) => SLOT * 0x8000 + offset;
  const read = (offset: number, size: RegisterSize = 4) => host.ecam.read(config(offset), size);
  const write = (offset: number, value: number, size: RegisterSize = 4) =>
    host.ecam.write(config(offset), size, value >>> 0);
  return { world, levels, host, read, write };
}

/** The vendor-specific capabilities by cfg_type. */
function capabilities(read: (offset: number, size?: RegisterSize) => number) {
  const found = new Map<number, { at: number; bar: number; offset: number; length: number }>();
  for (let at = read(0x34, 1); at !== 0; at = read(at + 1, 1)) {
    expect(read(at, 1)).toBe(9);
    found.set(read(at + 3, 1), { at, bar: read(at + 4, 1), offset: read(at + 8), length: read(at + 12) });
  }
  return found;
}

function bringUp() {
  const made = make();
  made.write(0x10, BAR_ADDRESS);
  made.write(0x04, 6, 2);
  const offset = BAR_ADDRESS - WINDOW;
  const bar = {
    name: 'bar',
    read: (at: number, size: RegisterSize) => made.host.memory.read(offset + at, size),
    write: (at: number, size: RegisterSize, value: number) => made.host.memory.write(offset + at, size, value),
  };
  const driver = new TestDriver(pciRegisters(bar), made.world.ram);
  driver.bringUp(1);
  return { ...made, bar, driver };
}

const registers = [0, 4, 8].flatMap((structure) => [structure, SLOT * 0x8000 + structure]);
const inSlot = [0x10, 0x14, 0x34, 0x3c, 0x88, 0x8c, 0x94, 0x98, 0xff].map((offset) => SLOT * 0x8000 + offset);
describeDevice(
  'pci configuration space',
  { windowSize: 0x4_0000, registers: [...registers, ...inSlot], values: [2, 4, 6, 0x400, BAR_ADDRESS, 0xffff_ffff] },
  () => {
    const { host, world, levels } = make();
    const device = {
      name: 'ecam',
      read: host.ecam.read,
      write: host.ecam.write,
      reset: () => host.reset(),
      snapshot: () => host.snapshot(),
      restore: (state: ReturnType<PciHost['snapshot']>) => host.restore(state),
    };
    return { device, world, outputs: () => [...levels] };
  },
);

describe('virtio-pci', () => {
  it('is found as a modern device', () => {
    const { read } = make();
    expect([read(0, 2), read(2, 2), read(8, 1), read(0x2e, 2)]).toEqual([0x1af4, 0x1044, 1, 0x1100]);
    expect(read(0x3d, 1)).toBe(1);
    const found = capabilities(read);
    expect([...found.keys()].sort()).toEqual([1, 2, 3, 4, 5]);
    const structures = [1, 2, 3, 4].map((type) => found.get(type));
    for (const structure of structures) expect(structure?.bar).toBe(0);
    expect(found.get(1)).toMatchObject({ offset: 0, length: 0x38 });
    expect(read((found.get(2)?.at ?? 0) + 16)).toBe(4);
  });

  it('works through its BAR, and interrupts by the line of its slot', () => {
    const { driver, levels } = bringUp();
    driver.send(0, [], [16]);
    expect(driver.used(0)).toHaveLength(1);
    // INTA# of slot 3 is line D.
    expect(levels).toEqual([false, false, false, true]);
    expect(driver.registers.interrupts()).toBe(1);
    expect(levels).toEqual([false, false, false, false]);
  });

  it('shows the interrupt in the status register, and keeps quiet where INTx is disabled', () => {
    const { driver, levels, read, write } = bringUp();
    driver.send(0, [], [16]);
    expect(read(6, 2) & 8).toBe(8);
    write(4, 0x406, 2);
    expect(read(6, 2) & 8).toBe(8);
    expect(levels[3]).toBe(false);
    write(4, 6, 2);
    expect(levels[3]).toBe(true);
    driver.registers.interrupts();
    expect(read(6, 2) & 8).toBe(0);
  });

  it('comes back from a saved state with the line as it was', () => {
    const { driver, levels, write, host } = bringUp();
    driver.send(0, [], [16]);
    const high = host.snapshot();
    write(4, 0x406, 2);
    const disabled = host.snapshot();
    host.restore(high);
    expect(levels[3]).toBe(true);
    host.restore(disabled);
    expect(levels[3]).toBe(false);
    host.reset();
    expect(levels[3]).toBe(false);
    host.restore(high);
    expect(levels[3]).toBe(true);
  });

  it('reaches its registers through configuration space too', () => {
    const { read, write } = make();
    const window = capabilities(read).get(5)?.at ?? 0;
    const access = (offset: number, length: number) => {
      write(window + 4, 0, 1);
      write(window + 8, offset);
      write(window + 12, length);
    };
    access(0x12, 2);
    expect(read(window + 16, 2)).toBe(1);
    access(0x14, 1);
    write(window + 16, 1, 1);
    expect(read(window + 16, 1)).toBe(1);
    access(0x2000, 4);
    write(window + 16, 7);
    for (const [offset, length] of [
      [0x4000, 4],
      [0x3ffe, 4],
      [0, 3],
      [1, 2],
      [0xffff_fffc, 4],
    ] as const) {
      access(offset, length);
      write(window + 16, 0x1234);
      expect(read(window + 16)).toBe(0x1234);
    }
  });

  it('does nothing with vectors: there is no MSI-X', () => {
    const { bar } = bringUp();
    bar.write(0x10, 2, 0);
    expect([bar.read(0x10, 2), bar.read(0x1a, 2)]).toEqual([0xffff, 0xffff]);
  });
});
