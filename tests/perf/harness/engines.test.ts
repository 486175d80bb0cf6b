import { describe, expect, it } from 'vitest';
import { innkeeper, qemu, type Task } from './engines.ts';
import { commandLine } from './session.ts';

const bare: Task = { kind: 'bare', elf: 'x.elf', harts: 2 };
const linux: Task = {
  kind: 'linux',
  kernel: 'Image',
  initrd: 'i.cpio',
  append: 'console=ttyS0 quiet',
  transport: 'mmio',
};
const line = (engine: typeof qemu, task: Task) => commandLine(engine.command(task));

describe('both engines', () => {
  it('get the same program, memory and harts on the bare machine', () => {
    expect(line(innkeeper, bare)).toMatch(/main\/cli\/inn\.entry\.js try --bios x\.elf --memory 256M --cores 2$/);
    expect(line(qemu, bare)).toMatch(/^qemu-system-riscv64 -M virt -m 256 .* -smp 2 -bios x\.elf$/);
  });

  it('get the same kernel, initrd, command line and transport', () => {
    const append = "'console=ttyS0 quiet'";
    expect(line(innkeeper, linux)).toContain(`try --kernel Image --initrd i.cpio --append ${append} --transport mmio`);
    expect(line(qemu, linux)).toContain(`-kernel Image -initrd i.cpio -append ${append}`);
    expect(line(qemu, linux)).toContain('virtio-rng-device');
    expect(line(qemu, { ...linux, transport: 'pci' })).toContain('virtio-rng-pci');
  });
});
