import { fileURLToPath } from 'node:url';
import type { Command } from './session.ts';

const INN = fileURLToPath(new URL('../../../build/js/main/cli/inn.entry.js', import.meta.url));
export const QEMU = 'qemu-system-riscv64';
const MEMORY_MB = 256;

/** What an emulator is to run. */
export type Task =
  | { kind: 'bare'; elf: string; harts: number }
  | { kind: 'linux'; kernel: string; initrd: string; append: string; transport: 'pci' | 'mmio' };

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
        : ['--kernel', task.kernel, '--initrd', task.initrd, '--append', task.append, '--transport', task.transport];
    return { program: process.execPath, args: [INN, 'try', ...what, ...size] };
  },
};

const QEMU_BOARD = ['-M', 'virt', '-m', String(MEMORY_MB), '-nographic', '-no-reboot', '-nic', 'none'];
/** As Innkeeper's machine has them: console and entropy, no network. */
const QEMU_DEVICES = {
  pci: ['-device', 'virtio-serial-pci', '-device', 'virtio-rng-pci'],
  mmio: ['-device', 'virtio-serial-device', '-device', 'virtio-rng-device'],
};

export const qemu: Emulator = {
  name: 'qemu',
  command(task) {
    if (task.kind === 'bare') {
      return { program: QEMU, args: [...QEMU_BOARD, '-smp', String(task.harts), '-bios', task.elf] };
    }
    const boot = ['-kernel', task.kernel, '-initrd', task.initrd, '-append', task.append];
    return { program: QEMU, args: [...QEMU_BOARD, '-smp', '1', ...QEMU_DEVICES[task.transport], ...boot] };
  },
};

/** QEMU with exact instruction counts in minstret: it says how much work a bare-metal program is. */
export function countingCommand(elf: string): Command {
  return { program: QEMU, args: [...QEMU_BOARD, '-smp', '1', '-icount', 'shift=0', '-bios', elf] };
}
