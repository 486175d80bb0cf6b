import { fileURLToPath } from 'node:url';
import type { Command } from './session.ts';

const INN = fileURLToPath(new URL('../../../main/cli/inn.entry.ts', import.meta.url));
export const QEMU = 'qemu-system-riscv64';
const MEMORY_MB = 256;

/** What an emulator is to run. */
export type Task =
  | { kind: 'bare'; elf: string; harts: number }
  | { kind: 'linux'; kernel: string; initrd: string; append: string };

/** An emulator as one process with its console on stdin and stdout. */
export interface Emulator {
  name: 'innkeeper' | 'qemu';
  command(task: Task): Command;
}

export const innkeeper: Emulator = {
  name: 'innkeeper',
  command(task) {
    const size = ['--memory', `${MEMORY_MB}M`, '--cores', String(task.kind === 'bare' ? task.harts : 1)];
    const what =
      task.kind === 'bare'
        ? ['--bios', task.elf]
        : ['--kernel', task.kernel, '--initrd', task.initrd, '--append', task.append];
    return { program: process.execPath, args: [INN, 'try', ...what, ...size] };
  },
};

/** Devices as Innkeeper's machine has them: the board's own, virtio console and entropy on PCI, no network. */
const QEMU_BOARD = ['-M', 'virt', '-m', String(MEMORY_MB), '-nographic', '-no-reboot', '-nic', 'none'];
const QEMU_DEVICES = ['-device', 'virtio-serial-pci', '-device', 'virtio-rng-pci'];

export const qemu: Emulator = {
  name: 'qemu',
  command(task) {
    if (task.kind === 'bare') {
      return { program: QEMU, args: [...QEMU_BOARD, '-smp', String(task.harts), '-bios', task.elf] };
    }
    const boot = ['-kernel', task.kernel, '-initrd', task.initrd, '-append', task.append];
    return { program: QEMU, args: [...QEMU_BOARD, '-smp', '1', ...QEMU_DEVICES, ...boot] };
  },
};

/** QEMU with exact instruction counts in minstret: it says how much work a bare-metal program is. */
export function countingCommand(elf: string): Command {
  return { program: QEMU, args: [...QEMU_BOARD, '-smp', '1', '-icount', 'shift=0', '-bios', elf] };
}
