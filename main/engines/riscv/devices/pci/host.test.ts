import { describe, expect, it } from 'vitest';
import type { IrqLine } from '../device.ts';
import { PciConfigSpace } from './config-space.ts';
import { HostBridge, type PciFunction } from './function.ts';
import { intxLine, PciHost } from './host.ts';

const WINDOW = 0x4000_0000;

/** A function with one BAR of 4 KiB, whose registers read as their offset plus a thousand times its number. */
function card(number: number) {
  const configSpace = new PciConfigSpace({
    identity: {
      vendorId: 0x1234,
      deviceId: number,
      revisionId: 0,
      classCode: 0x01_02_03,
      subsystemVendorId: 0x5678,
      subsystemId: 9,
    },
    bars: [0x1000, 0x100],
    capabilities: [{ id: 0x42, body: [1, 2, 3], writable: [0, 0xf0] }],
    interruptPin: 1,
  });
  const written: number[][] = [];
  const pciFunction: PciFunction<Uint8Array> = {
    name: `card ${number}`,
    configSpace,
    connect: (intx) => configSpace.connect(intx),
    readConfig: (offset, size) => configSpace.read(offset, size),
    writeConfig: (offset, size, value) => configSpace.write(offset, size, value),
    readBar: (bar, offset) => 10_000 * bar + 1000 * number + offset,
    writeBar: (...args) => {
      written.push(args);
    },
    reset: () => configSpace.reset(),
    snapshot: () => configSpace.snapshot(),
    restore: (state) => configSpace.restore(state),
  };
  return { pciFunction, irq: configSpace.irq, written };
}

function make() {
  const levels = [false, false, false, false];
  const line = (index: number): IrqLine => ({
    set: (level) => {
      levels[index] = level;
    },
  });
  const host = new PciHost({ irqs: [line(0), line(1), line(2), line(3)], memoryBase: WINDOW });
  const cards = [card(1), card(2), card(3)] as const;
  host.plug(0, new HostBridge());
  host.plug(1, cards[0].pciFunction);
  host.plug(2, cards[1].pciFunction);
  host.plug(5, cards[2].pciFunction);
  const config = (slot: number, offset: number) => (slot << 15) | offset;
  return { host, cards, levels, config };
}

describe('ECAM', () => {
  it('shows a function in each slot taken, and all ones elsewhere', () => {
    const { host, config } = make();
    expect(host.ecam.read(config(0, 0), 4)).toBe(0x0008_1b36);
    expect(host.ecam.read(config(2, 0), 4)).toBe(0x0002_1234);
    expect(host.ecam.read(config(2, 8), 4)).toBe(0x0102_0300);
    expect(host.ecam.read(config(2, 9), 1)).toBe(3);
    expect(host.ecam.read(config(3, 0), 4)).toBe(0xffff_ffff);
    expect(host.ecam.read(config(2, 0x1000), 2)).toBe(0xffff);
    expect(host.ecam.read(0x10_0000, 1)).toBe(0xff);
    expect(host.ecam.read(config(2, 0x800), 4)).toBe(0);
  });

  it('lets only writable bits be written', () => {
    const { host, config } = make();
    for (let offset = 0; offset < 0x1000; offset += 4) host.ecam.write(config(1, offset), 4, 0xffff_ffff);
    const read = (offset: number) => host.ecam.read(config(1, offset), 4);
    expect(read(0)).toBe(0x0001_1234);
    expect(read(4)).toBe(0x0010_0546);
    expect(read(0x0c)).toBe(0x0000_00ff);
    expect(read(0x2c)).toBe(0x0009_5678);
    expect(read(0x3c)).toBe(0x0000_01ff);
    expect(read(0x34)).toBe(0x40);
    expect(read(0x40)).toBe(0xf201_0042);
    expect(read(0x44)).toBe(3);
  });

  it('tells the size of a BAR as PCI does', () => {
    const { host, config } = make();
    for (const offset of [0x10, 0x14, 0x18]) host.ecam.write(config(1, offset), 4, 0xffff_ffff);
    expect([0x10, 0x14, 0x18].map((offset) => host.ecam.read(config(1, offset), 4))).toEqual([
      0xffff_f000, 0xffff_ff00, 0,
    ]);
  });
});

describe('memory window', () => {
  it('reaches BARs where they were placed, while memory accesses are on', () => {
    const { host, cards, config } = make();
    host.ecam.write(config(1, 0x10), 4, WINDOW + 0x2000);
    host.ecam.write(config(2, 0x14), 4, WINDOW + 0x3000);
    expect(host.memory.read(0x2004, 4)).toBe(0xffff_ffff);
    host.ecam.write(config(1, 4), 2, 2);
    host.ecam.write(config(2, 4), 2, 2);
    expect(host.memory.read(0x2004, 4)).toBe(1004);
    expect(host.memory.read(0x3004, 4)).toBe(12_004);
    expect(host.memory.read(0x2ffc, 4)).toBe(1000 + 0xffc);
    expect(host.memory.read(0x3100, 1)).toBe(0xff);
    host.memory.write(0x2010, 2, 77);
    expect(cards[0].written).toEqual([[0, 0x10, 2, 77]]);
    host.ecam.write(config(1, 0x10), 4, WINDOW + 0x8000);
    expect(host.memory.read(0x2004, 4)).toBe(0xffff_ffff);
    expect(host.memory.read(0x8004, 4)).toBe(1004);
    host.ecam.write(config(1, 4), 2, 0);
    expect(host.memory.read(0x8004, 4)).toBe(0xffff_ffff);
  });
});

describe('INTx', () => {
  it('spreads slots over the four lines, and is high while any of those that share one is', () => {
    const { cards, levels } = make();
    expect([intxLine(0, 1), intxLine(1, 1), intxLine(5, 1), intxLine(3, 4)]).toEqual([0, 1, 1, 2]);
    cards[0].irq.set(true);
    cards[2].irq.set(true);
    cards[1].irq.set(true);
    expect(levels).toEqual([false, true, true, false]);
    cards[0].irq.set(false);
    expect(levels).toEqual([false, true, true, false]);
    cards[2].irq.set(false);
    expect(levels).toEqual([false, false, true, false]);
  });
});

describe('slots', () => {
  it('take one function each', () => {
    const { host } = make();
    expect(() => host.plug(2, card(4).pciFunction)).toThrow('PCI slot 2 is taken');
    expect(() => host.plug(32, card(4).pciFunction)).toThrow('No PCI slot 32');
  });

  it('are restored where the same are in use', () => {
    const { host, config } = make();
    host.ecam.write(config(5, 0x10), 4, 0x4444_4000);
    const saved = host.snapshot();
    const other = make().host;
    other.restore(saved);
    expect(other.ecam.read(config(5, 0x10), 4)).toBe(0x4444_4000);
    other.plug(9, card(9).pciFunction);
    expect(() => other.restore(saved)).toThrow('Saved state is damaged');
  });
});

describe('configuration space', () => {
  const identity = {
    vendorId: 1,
    deviceId: 1,
    revisionId: 0,
    classCode: 0,
    subsystemVendorId: 0,
    subsystemId: 0,
  };
  const layout = { identity, bars: [], capabilities: [], interruptPin: 0 };

  it('has no capabilities where there are none', () => {
    const space = new PciConfigSpace(layout);
    expect([space.read(6, 2), space.read(0x34, 1)]).toEqual([0, 0]);
  });

  it('refuses what cannot be', () => {
    expect(() => new PciConfigSpace({ ...layout, bars: [24] })).toThrow('A BAR of 24 bytes');
    expect(() => new PciConfigSpace({ ...layout, bars: [16, 16, 16, 16, 16, 16, 16] })).toThrow('7 BARs');
    const big = { id: 1, body: Array.from({ length: 250 }, () => 0) };
    expect(() => new PciConfigSpace({ ...layout, capabilities: [big] })).toThrow('do not fit');
  });
});
