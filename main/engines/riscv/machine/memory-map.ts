/**
 * Where everything is: the physical addresses and interrupt numbers of QEMU's `virt` board (hw/riscv/virt.c,
 * `virt_memmap`), so that kernels and firmware made for it run unmodified. Sizes are in bytes.
 *
 * The map reserves room for every device of that board; which of them a machine really has is said where the machine is
 * put together, and only those are on its bus and in its device tree.
 */
import { RAM_GPA } from '../memory/layout.ts';

export interface Region {
  readonly base: number;
  readonly size: number;
}

export const MEMORY_MAP = {
  /** The test finisher: what is written here ends the machine. Also the syscon that poweroff and reboot go through. */
  test: { base: 0x10_0000, size: 0x1000 },
  rtc: { base: 0x10_1000, size: 0x1000 },
  clint: { base: 0x200_0000, size: 0x1_0000 },
  /** Port I/O of PCI, as memory. */
  pciPio: { base: 0x300_0000, size: 0x1_0000 },
  plic: { base: 0xc00_0000, size: 0x60_0000 },
  uart: { base: 0x1000_0000, size: 0x100 },
  /** All slots of virtio-mmio together; see `virtioMmio`. */
  virtioMmio: { base: 0x1000_1000, size: 8 * 0x1000 },
  fwCfg: { base: 0x1010_0000, size: 0x18 },
  flash: { base: 0x2000_0000, size: 0x400_0000 },
  /** Configuration space of PCI: 256 buses. */
  pciEcam: { base: 0x3000_0000, size: 0x1000_0000 },
  /** The 32-bit window for memory BARs of PCI; bus addresses are the same as the processor's. */
  pciMmio: { base: 0x4000_0000, size: 0x4000_0000 },
} as const satisfies Record<string, Region>;

export const RAM_BASE = RAM_GPA;

/** Interrupt sources of the PLIC; source 0 does not exist (PLIC 1.0.0, section 5). */
export const IRQ_SOURCE = { rtc: 11, uart: 10 } as const;

/** The highest source number, which is also their count: QEMU has 96 with source 0. */
export const PLIC_SOURCES = 95;

/** Sources of the PCI pins INTA to INTD of device 0; device n is rotated by n (see `pciIrq`). */
export const PCI_IRQS = [32, 33, 34, 35] as const;

/** The source that pin `pin` (1 is INTA, 4 is INTD) of PCI device number `device` is wired to. */
export function pciIrq(device: number, pin: number): number {
  return PCI_IRQS[0] + ((device + pin - 1) % PCI_IRQS.length);
}

export const VIRTIO_MMIO_SLOTS = 8;
const VIRTIO_MMIO_STRIDE = MEMORY_MAP.virtioMmio.size / VIRTIO_MMIO_SLOTS;

/** Window and interrupt source of virtio-mmio slot `slot`, 0 to 7. */
export function virtioMmio(slot: number): Region & { readonly irq: number } {
  if (!Number.isInteger(slot) || slot < 0 || slot >= VIRTIO_MMIO_SLOTS) {
    throw new RangeError(`virtio-mmio slot ${slot}: there are 0 to ${VIRTIO_MMIO_SLOTS - 1}`);
  }
  const base = MEMORY_MAP.virtioMmio.base + slot * VIRTIO_MMIO_STRIDE;
  return { base, size: VIRTIO_MMIO_STRIDE, irq: 1 + slot };
}
