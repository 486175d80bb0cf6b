/**
 * Decides what is in memory and in the harts' registers when a machine starts.
 *
 *     built-in SBI                                   firmware
 *     RAM + text_offset   kernel (S-mode)            RAM + 0               firmware (M-mode)
 *     kernel + ram/2      initrd, or higher          next 2 MiB behind it  kernel
 *     end of RAM          device tree                kernel + ram/2        initrd, or higher
 *                                                    end of RAM            fw_dynamic_info, device tree
 *
 * A file in ELF format lies where it says. The rest follows QEMU (hw/riscv/boot.c), but where QEMU would put an initrd over
 * the kernel or beyond RAM, ours goes where there is room.
 */
import { InnError } from '../../../../shared/base/errors.ts';
import { formatBytes, GiB, KiB, MiB } from '../../../../shared/base/units.ts';
import { MODE } from '../isa/csr.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import { type AddressRange, type Board, deviceTreeOf } from './device-tree.ts';
import { writeFdt } from './fdt.ts';
import { type ProgramImage, type ProgramRole, readProgram } from './kernel-image.ts';
import { RAM_BASE } from './memory-map.ts';

/** A file's content, and its name for errors. */
export interface BootFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface BootFiles {
  /** With a bios the kernel is what that starts; without, the built-in SBI starts it in S-mode. */
  readonly kernel?: BootFile;
  readonly bios?: BootFile;
  readonly initrd?: BootFile;
}

export interface MemoryWrite {
  readonly what: ProgramRole | 'initrd' | 'device tree' | 'fw_dynamic_info';
  /** Guest-physical. */
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Bytes taken; those beyond `bytes` are zeros. */
  readonly size: number;
}

/** How a hart starts; all its other state is as after a reset. A stopped hart waits for the SBI to start it. */
export type HartStart =
  | { readonly kind: 'stopped' }
  | {
      readonly kind: 'running';
      readonly mode: (typeof MODE)['S' | 'M'];
      readonly pc: number;
      readonly a0: number;
      readonly a1: number;
      readonly a2: number;
    };

export interface BootPlan {
  readonly sbi: Board['sbi'];
  /** They do not overlap, and all lie in RAM. */
  readonly writes: readonly MemoryWrite[];
  /** One for each hart. */
  readonly harts: readonly HartStart[];
}

/** A kernel maps itself, and firmware protects itself, in pages of this size. */
const PROGRAM_ALIGNMENT = 2 * MiB;
/** Firmware and boot loaders add nodes to the device tree where it lies. */
const DEVICE_TREE_SLACK = 64 * KiB;
/** QEMU puts the initrd this far from the kernel at most. */
const INITRD_DISTANCE = 512 * MiB;
/** No machine has RAM beyond: its memory, with all else, has to fit in 4 GiB. */
const RAM_LIMIT = 4 * GiB;

/** OpenSBI's struct fw_dynamic_info, version 2 (include/sbi/fw_dynamic.h): six 64-bit words. */
const FW_DYNAMIC = { magic: 0x4942534fn, version: 2n, nextModeS: 1n, options: 0n, bootHart: 0n } as const;

/**
 * Files are of any origin. Throws an `InnError`: `nothing-to-boot`, `memory-too-small`, `image-outside-memory`,
 * `images-overlap`, `initrd-empty`, or what `readProgram` throws.
 */
export function planBoot(board: Omit<Board, 'sbi'>, files: BootFiles): BootPlan {
  const { kernel: kernelFile, bios, initrd } = files;
  if (initrd && initrd.bytes.length === 0) {
    throw new InnError(`${initrd.file} is empty`, {
      code: 'initrd-empty',
      nextStep: 'Build or download the file again, or start without an initrd.',
    });
  }
  if (bios) {
    const firmware = place(readProgram(bios.bytes, bios.file, 'firmware'), 'firmware', bios.file, RAM_BASE);
    const kernelBase = roundUp(firmware.end, PROGRAM_ALIGNMENT);
    const kernel = kernelFile && placeKernel(kernelFile, () => kernelBase);
    const programs = kernel ? [...firmware.writes, ...kernel.writes] : firmware.writes;
    const { deviceTree, info, writes } = placeRest({ ...board, sbi: 'firmware' }, files, programs, kernel?.start);
    writes.push(fwDynamicInfo(info, kernel?.entry ?? 0));
    return {
      sbi: 'firmware',
      writes,
      harts: Array.from({ length: board.harts }, (_, hart) => ({
        kind: 'running',
        mode: MODE.M,
        pc: firmware.entry,
        a0: hart,
        a1: deviceTree,
        a2: info,
      })),
    };
  }
  if (!kernelFile) {
    throw new InnError('There is neither a kernel nor firmware to start', {
      code: 'nothing-to-boot',
      nextStep: 'Name a kernel or firmware.',
    });
  }
  const kernel = placeKernel(kernelFile, (image) =>
    image.kind === 'linux' ? RAM_BASE + image.textOffset : RAM_BASE + PROGRAM_ALIGNMENT,
  );
  const { deviceTree, writes } = placeRest({ ...board, sbi: 'built-in' }, files, kernel.writes, kernel.start);
  // Linux, "RISC-V Kernel Boot Requirements and Constraints": ordered booting: one hart, a0 its number, a1 the device tree.
  const bootHart: HartStart = { kind: 'running', mode: MODE.S, pc: kernel.entry, a0: 0, a1: deviceTree, a2: 0 };
  const harts = Array.from({ length: board.harts }, (_, hart) =>
    hart === 0 ? bootHart : { kind: 'stopped' as const },
  );
  return { sbi: 'built-in', writes, harts };
}

interface Placed {
  readonly entry: number;
  readonly start: number;
  readonly end: number;
  readonly writes: readonly MemoryWrite[];
}

function placeKernel(kernel: BootFile, base: (image: ProgramImage) => number): Placed {
  const image = readProgram(kernel.bytes, kernel.file, 'kernel');
  return place(image, 'kernel', kernel.file, base(image));
}

function place(image: ProgramImage, what: ProgramRole, file: string, base: number): Placed {
  if (image.kind !== 'elf') {
    const size = image.kind === 'linux' ? image.size : image.bytes.length;
    return { entry: base, start: base, end: base + size, writes: [{ what, address: base, bytes: image.bytes, size }] };
  }
  const { entry, segments } = image.program;
  const writes = segments.map((segment) => ({ what, ...segment }));
  const start = Math.min(...segments.map((segment) => segment.address));
  const end = Math.max(...segments.map((segment) => segment.address + segment.size));
  if (start < RAM_BASE || end > RAM_BASE + RAM_LIMIT) {
    const at = `0x${(start < RAM_BASE ? start : end).toString(16)}`;
    throw new InnError(`${file} wants to be at ${at}, but memory starts at 0x${RAM_BASE.toString(16)}`, {
      code: 'image-outside-memory',
      nextStep:
        what === 'kernel'
          ? 'Of a Linux kernel use the file arch/riscv/boot/Image, not vmlinux; link other programs for addresses in memory.'
          : `Link it for addresses in memory, its headers too: gcc -nostdlib -static -Wl,-n,--build-id=none,-Ttext=0x${RAM_BASE.toString(16)}`,
    });
  }
  return { entry, start, end, writes };
}

/** The initrd, the device tree and a page for `fw_dynamic_info`, into what the programs leave free. */
function placeRest(
  board: Board,
  files: BootFiles,
  programs: readonly MemoryWrite[],
  kernelStart: number = RAM_BASE,
): { deviceTree: number; info: number; writes: MemoryWrite[] } {
  refuseOverlaps(programs);
  const initrdSize = files.initrd?.bytes.length ?? 0;
  const treeOf = (initrd: AddressRange | null) => writeFdt(deviceTreeOf(board, initrd));
  // Where the initrd lies does not change the size of the tree.
  const treeSize = treeOf(files.initrd ? { start: 0, end: 0 } : null).length;
  const treeRoom = roundUp(treeSize + DEVICE_TREE_SLACK, PAGE_SIZE);

  const free = roundUp(Math.max(...programs.map((write) => write.address + write.size)), PAGE_SIZE);
  const needed = free - RAM_BASE + roundUp(initrdSize, PAGE_SIZE) + PAGE_SIZE + treeRoom;
  if (needed > board.ramSize) {
    throw new InnError(
      `The machine has ${formatBytes(board.ramSize)} of memory; what it is to start needs ${formatBytes(needed)}`,
      {
        code: 'memory-too-small',
        nextStep: `Give it ${Math.ceil(needed / MiB)} MiB of memory or more.`,
      },
    );
  }
  const deviceTree = RAM_BASE + board.ramSize - treeRoom;
  const info = deviceTree - PAGE_SIZE;
  const writes = [...programs];
  let range: AddressRange | null = null;
  if (files.initrd) {
    const preferred = roundDown(kernelStart + Math.min(board.ramSize / 2, INITRD_DISTANCE), PAGE_SIZE);
    const start = Math.max(free, Math.min(preferred, roundDown(info - initrdSize, PAGE_SIZE)));
    range = { start, end: start + initrdSize };
    writes.push({ what: 'initrd', address: start, bytes: files.initrd.bytes, size: initrdSize });
  }
  const tree = treeOf(range);
  writes.push({ what: 'device tree', address: deviceTree, bytes: tree, size: tree.length });
  return { deviceTree, info, writes };
}

function refuseOverlaps(programs: readonly MemoryWrite[]): void {
  const sorted = programs.toSorted((a, b) => a.address - b.address);
  for (const [index, write] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before && before.address + before.size > write.address) {
      const both =
        before.what === write.what ? `Two parts of the ${write.what}` : `The ${before.what} and the ${write.what}`;
      throw new InnError(`${both} want the same memory, at 0x${write.address.toString(16)}`, {
        code: 'images-overlap',
        nextStep: 'Link them for different addresses, or give a kernel that can lie anywhere, such as a Linux Image.',
      });
    }
  }
}

function fwDynamicInfo(address: number, kernelEntry: number): MemoryWrite {
  const { magic, version, nextModeS, options, bootHart } = FW_DYNAMIC;
  const words = [magic, version, BigInt(kernelEntry), nextModeS, options, bootHart];
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setBigUint64(index * 8, word, true);
  return { what: 'fw_dynamic_info', address, bytes, size: bytes.length };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

function roundDown(value: number, to: number): number {
  return Math.floor(value / to) * to;
}
