import { describe, expect, it } from 'vitest';
import { Bus } from './bus.ts';
import type { MmioDevice } from './device.ts';

function recorder(name: string) {
  const seen: unknown[] = [];
  const device: MmioDevice = {
    name,
    read: (offset, size) => {
      seen.push(['read', offset, size]);
      return 7;
    },
    write: (offset, size, value) => {
      seen.push(['write', offset, size, value]);
    },
  };
  return { device, seen };
}

describe('Bus', () => {
  it('hands an access to the device whose window it is in, with the offset in it', () => {
    const bus = new Bus();
    const [a, b] = [recorder('a'), recorder('b')];
    bus.map(0x2000, 0x100, b.device);
    bus.map(0x1000, 0x100, a.device);
    expect(bus.read(0x1004, 4)).toBe(7);
    expect(bus.write(0x20fe, 2, 0x12345)).toBe(true);
    expect(bus.write(0x2000, 4, -1)).toBe(true);
    expect(a.seen).toEqual([['read', 4, 4]]);
    expect(b.seen).toEqual([
      ['write', 0xfe, 2, 0x2345],
      ['write', 0, 4, 0xffff_ffff],
    ]);
  });

  it.each([
    [0xfff, 1],
    [0x1010, 1],
    [0x100e, 4],
    [0x1001, 2],
    [0x1002, 4],
    [0x1000, 8],
    [0x1000, 3],
    [0x1_0000_1000, 4],
  ])('faults at %i with %i bytes', (address, size) => {
    const bus = new Bus();
    const { device, seen } = recorder('only');
    bus.map(0x1000, 0xe, device);
    expect(bus.read(0x1000, 1)).toBe(7);
    expect(bus.read(address, size)).toBeUndefined();
    expect(bus.write(address, size, 1)).toBe(false);
    expect(seen).toHaveLength(1);
  });

  it('refuses windows that overlap', () => {
    const bus = new Bus();
    bus.map(0x1000, 0x100, recorder('first').device);
    expect(() => bus.map(0x10ff, 1, recorder('second').device)).toThrow('second at 0x10ff overlaps first');
    bus.map(0x1100, 1, recorder('third').device);
  });
});
