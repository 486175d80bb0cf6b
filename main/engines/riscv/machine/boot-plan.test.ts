import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InnError } from '../../../../shared/base/errors.ts';
import { buildElf } from '../../../../tests/fixtures/elf-builder.ts';
import { readFdt } from '../../../../tests/fixtures/fdt-reader.ts';
import { linuxImage } from '../../../../tests/fixtures/linux-image.ts';
import { MODE } from '../isa/csr.ts';
import { type BootFiles, type BootPlan, planBoot } from './boot-plan.ts';
import type { Board } from './device-tree.ts';

const MiB = 2 ** 20;
const RAM = 0x8000_0000;
const RAW = new Uint8Array(256);

function board(ramSize: number, harts = 1): Omit<Board, 'sbi'> {
  return { harts, ramSize, virtioMmioSlots: [0], pci: true, bootArguments: '', consoleOnUart: true };
}

function file(bytes: Uint8Array, name = 'file') {
  return { file: name, bytes };
}

function elfAt(address: number, size = 8) {
  const segments = [{ vaddr: address, paddr: address, bytes: RAW, memsz: Math.max(size, RAW.length) }];
  return file(buildElf({ entry: address + 4, segments }), 'a.elf');
}

function where(plan: BootPlan, what: string): { address: number; size: number } | undefined {
  return plan.writes.find((write) => write.what === what);
}

function errorOf(ramSize: number, files: BootFiles): InnError {
  try {
    planBoot(board(ramSize), files);
  } catch (error) {
    if (error instanceof InnError) return error;
    throw error;
  }
  throw new Error('It was planned');
}

describe('built-in SBI', () => {
  test('a Linux Image lies at its text_offset and starts on hart 0 in S-mode', () => {
    const plan = planBoot(board(256 * MiB, 3), { kernel: file(linuxImage({ imageSize: 32n * 2n ** 20n })) });
    expect(where(plan, 'kernel')).toMatchObject({ address: RAM + 2 * MiB, size: 32 * MiB });
    const tree = where(plan, 'device tree');
    expect(plan.harts).toEqual([
      { kind: 'running', mode: MODE.S, pc: RAM + 2 * MiB, a0: 0, a1: tree?.address, a2: 0 },
      { kind: 'stopped' },
      { kind: 'stopped' },
    ]);
    expect(plan.sbi).toBe('built-in');
    expect(where(plan, 'fw_dynamic_info')).toBeUndefined();
  });

  test('text_offset 0 is the start of RAM; raw bytes lie where a kernel mostly does', () => {
    const zero = planBoot(board(64 * MiB), { kernel: file(linuxImage({ textOffset: 0n })) });
    expect(where(zero, 'kernel')?.address).toBe(RAM);
    expect(where(planBoot(board(64 * MiB), { kernel: file(RAW) }), 'kernel')?.address).toBe(RAM + 2 * MiB);
  });

  test('an ELF kernel lies where it says and starts at its entry', () => {
    const plan = planBoot(board(64 * MiB), { kernel: elfAt(RAM + 0x20_0000) });
    expect(where(plan, 'kernel')?.address).toBe(RAM + 0x20_0000);
    expect(plan.harts[0]).toMatchObject({ pc: RAM + 0x20_0004 });
  });

  test('the initrd lies half of RAM behind the kernel, 512 MiB at most, and the tree names it', () => {
    const files = { kernel: file(linuxImage()), initrd: file(new Uint8Array(5000)) };
    const plan = planBoot(board(256 * MiB), files);
    expect(where(plan, 'initrd')).toMatchObject({ address: RAM + 130 * MiB, size: 5000 });
    expect(where(planBoot(board(2048 * MiB), files), 'initrd')?.address).toBe(RAM + 514 * MiB);
    const chosen = readFdt(plan.writes.at(-1)?.bytes ?? RAW).children.find((child) => child.name === 'chosen');
    const end = Buffer.from(chosen?.properties['linux,initrd-end'] as Uint8Array).readBigUInt64BE();
    expect(end).toBe(BigInt(RAM + 130 * MiB + 5000));
  });

  test('a kernel that reaches beyond the middle of RAM pushes the initrd up', () => {
    const kernel = file(linuxImage({ imageSize: 40n * 2n ** 20n }));
    const plan = planBoot(board(64 * MiB), { kernel, initrd: file(new Uint8Array(1000)) });
    expect(where(plan, 'initrd')?.address).toBe(RAM + 42 * MiB);
  });

  test('an initrd larger than the upper half lies as high as it can', () => {
    const plan = planBoot(board(64 * MiB), { kernel: file(linuxImage()), initrd: file(new Uint8Array(40 * MiB)) });
    const initrd = where(plan, 'initrd') ?? { address: 0, size: 0 };
    expect(initrd.address).toBeLessThan(RAM + 34 * MiB);
    expect(initrd.address + initrd.size).toBeLessThan(where(plan, 'device tree')?.address ?? 0);
  });
});

describe('firmware', () => {
  test('every hart starts in M-mode with its number, the device tree and what to start next', () => {
    const plan = planBoot(board(128 * MiB, 2), { bios: elfAt(RAM, 300_000), kernel: file(linuxImage()) });
    const [tree, info] = [where(plan, 'device tree')?.address, where(plan, 'fw_dynamic_info')?.address];
    expect(plan.harts).toEqual(
      [0, 1].map((hart) => ({ kind: 'running', mode: MODE.M, pc: RAM + 4, a0: hart, a1: tree, a2: info })),
    );
    expect(where(plan, 'kernel')?.address).toBe(RAM + 2 * MiB);
    const bytes = plan.writes.find((write) => write.what === 'fw_dynamic_info')?.bytes as Uint8Array;
    expect([...new BigUint64Array(bytes.slice().buffer)]).toEqual([0x4942534fn, 2n, BigInt(RAM + 2 * MiB), 1n, 0n, 0n]);
  });

  test('raw firmware starts at the start of RAM, and the kernel lies behind it', () => {
    const plan = planBoot(board(128 * MiB), { bios: file(new Uint8Array(2 * MiB + 1)), kernel: file(linuxImage()) });
    expect(where(plan, 'firmware')?.address).toBe(RAM);
    expect(plan.harts[0]).toMatchObject({ mode: MODE.M, pc: RAM });
    expect(where(plan, 'kernel')?.address).toBe(RAM + 4 * MiB);
  });

  test('a bare program needs little memory', () => {
    expect(planBoot(board(MiB), { bios: file(RAW) }).harts[0]).toMatchObject({ pc: RAM, a0: 0 });
  });

  const opensbi = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.elf';
  test.runIf(existsSync(opensbi))('OpenSBI as Debian packages it', () => {
    const bios = file(new Uint8Array(readFileSync(opensbi)), opensbi);
    const plan = planBoot(board(256 * MiB, 2), { bios, kernel: file(linuxImage()) });
    expect(plan.harts).toHaveLength(2);
    expect(plan.harts[1]).toMatchObject({ pc: RAM, a0: 1 });
    expect(where(plan, 'kernel')?.address).toBe(RAM + 2 * MiB);
  });
});

describe('what cannot be', () => {
  test('nothing to start', () => {
    expect(errorOf(64 * MiB, {}).code).toBe('nothing-to-boot');
    expect(errorOf(64 * MiB, { initrd: file(RAW) }).code).toBe('nothing-to-boot');
  });

  test('too little memory: what there is, what is needed, and the size that does it', () => {
    const files = { kernel: file(linuxImage({ imageSize: 30n * 2n ** 20n })), initrd: file(new Uint8Array(10 * MiB)) };
    const error = errorOf(32 * MiB, files);
    expect(error.code).toBe('memory-too-small');
    expect(error.message).toBe('The machine has 32 MiB of memory; what it is to start needs 42.1 MiB');
    const size = Number(/(\d+) MiB/.exec(error.nextStep)?.[1]);
    expect(planBoot(board(size * MiB), files).writes).toHaveLength(3);
    expect(errorOf((size - 1) * MiB, files).code).toBe('memory-too-small');
  });

  test('an ELF file outside memory, such as vmlinux', () => {
    expect(errorOf(64 * MiB, { kernel: elfAt(0) }).code).toBe('image-outside-memory');
    expect(errorOf(64 * MiB, { kernel: elfAt(0) }).nextStep).toContain('Image');
    expect(errorOf(64 * MiB, { bios: elfAt(RAM + 2 ** 33) }).code).toBe('image-outside-memory');
    expect(errorOf(64 * MiB, { bios: elfAt(RAM + 100 * MiB) }).code).toBe('memory-too-small');
  });

  test('programs in one place', () => {
    expect(errorOf(64 * MiB, { bios: elfAt(RAM), kernel: elfAt(RAM + 128) }).code).toBe('images-overlap');
  });

  test('an empty initrd', () => {
    expect(errorOf(64 * MiB, { kernel: file(linuxImage()), initrd: file(new Uint8Array(0)) }).code).toBe(
      'initrd-empty',
    );
  });
});

test('whatever the sizes, all lies in RAM and nothing overlaps, or memory is too small', () => {
  const sizes = fc.record({
    ram: fc.integer({ min: 1, max: 3 * 16 * 1024 }).map((pages) => pages * 65536),
    image: fc.integer({ min: 0, max: 600 * MiB }),
    initrd: fc.integer({ min: 1, max: 9 * MiB }),
    bios: fc.option(fc.integer({ min: 1, max: 5 * MiB })),
  });
  fc.assert(
    fc.property(sizes, ({ ram, image, initrd, bios }) => {
      const files = {
        kernel: file(linuxImage({ imageSize: BigInt(image) })),
        initrd: file(new Uint8Array(initrd)),
        ...(bios === null ? {} : { bios: file(new Uint8Array(bios)) }),
      };
      let plan: BootPlan;
      try {
        plan = planBoot(board(ram), files);
      } catch (error) {
        expect((error as InnError).code).toBe('memory-too-small');
        expect(ram).toBeLessThan(image + initrd + (bios ?? 0) + 6 * MiB);
        return;
      }
      let end = RAM;
      for (const write of plan.writes.toSorted((a, b) => a.address - b.address)) {
        expect(write.address).toBeGreaterThanOrEqual(end);
        expect(write.size).toBeGreaterThanOrEqual(write.bytes.length);
        if (write.what === 'device tree' || write.what === 'fw_dynamic_info') expect(write.address % 8).toBe(0);
        end = write.address + write.size;
      }
      expect(end).toBeLessThanOrEqual(RAM + ram);
    }),
    { numRuns: 100 },
  );
});
