import { expect, test } from 'vitest';
import { MEMORY_MAP, pciIrq, RAM_BASE, type Region, VIRTIO_MMIO_SLOTS, virtioMmio } from './memory-map.ts';

test('no two regions overlap, and all lie below RAM', () => {
  const regions: Region[] = Object.values(MEMORY_MAP);
  regions.sort((a, b) => a.base - b.base);
  regions.push({ base: RAM_BASE, size: 1 });
  for (let i = 1; i < regions.length; i++) {
    const before = regions[i - 1] as Region;
    expect(before.base + before.size).toBeLessThanOrEqual((regions[i] as Region).base);
  }
});

test('the slots of virtio-mmio fill their region, with interrupts 1 to 8', () => {
  const slots = Array.from({ length: VIRTIO_MMIO_SLOTS }, (_, slot) => virtioMmio(slot));
  expect(slots[0]).toEqual({ base: 0x1000_1000, size: 0x1000, irq: 1 });
  expect(slots[7]).toEqual({ base: 0x1000_8000, size: 0x1000, irq: 8 });
  expect(() => virtioMmio(8)).toThrow(RangeError);
});

test('PCI interrupt pins are rotated by device number', () => {
  expect([1, 2, 3, 4].map((pin) => pciIrq(0, pin))).toEqual([32, 33, 34, 35]);
  expect([1, 2, 3, 4].map((pin) => pciIrq(3, pin))).toEqual([35, 32, 33, 34]);
  expect(pciIrq(31, 1)).toBe(pciIrq(3, 1));
});
