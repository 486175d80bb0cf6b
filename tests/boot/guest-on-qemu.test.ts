import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureGuest, findGuest, type Guest, joinArchives, overlayArchive } from '../../main/guest/index.ts';
import { findProgram } from '../../main/platform/process.ts';
import { type QemuMachine, type QemuOptions, startQemu } from './qemu.ts';

/** The guest as built must work on a board that is not ours: what fails here is the guest's fault and not the emulator's. */

const qemu = await findProgram('qemu-system-riscv64');
const NO_QEMU = 'needs qemu-system-riscv64 (Debian: qemu-system-misc)';
// Compiling the small kernel takes minutes: `npm test` sees to that beforehand, here it is tested if it is there.
const small = await findGuest('small');
const NO_SMALL = 'needs the small guest (node main/guest/build.entry.ts --kernel small)';

// After its prompt busybox asks the terminal where the cursor is: ESC [6n (ECMA-48, DSR).
const PROMPT = /innkeeper:(\S+)# .\[6n$/;

let dir = '';
let machine: QemuMachine | undefined;
beforeAll(async () => {
  dir = await fs.mkdtemp(path.join(tmpdir(), 'inn-boot-'));
});
afterAll(() => fs.rm(dir, { recursive: true, force: true }));
afterEach(() => machine?.stop());

function start(options: QemuOptions): QemuMachine {
  machine = startQemu(options);
  return machine;
}

/**
 * Runs busybox in a container whose root is an overlay with its writable half on ext4. pivot_root cannot leave an initramfs
 * (pivot_root(2), notes), so the root is first bound to a mount of its own.
 */
const RUN_CONTAINER = `#!/bin/sh
mkdir /newroot; mount --rbind / /newroot; cd /newroot; mount --move . /
exec chroot . /bin/sh -e -c '
dd if=/dev/zero of=/disk bs=1M count=16 2>/dev/null
/sbin/mke2fs -q -t ext4 /disk
mkdir -p /data /c/rootfs; mount -t ext4 -o loop /disk /data
mkdir -p /data/low/bin /data/low/proc /data/low/dev /data/low/sys /data/up /data/work
cp /bin/busybox /data/low/bin/; ln -s busybox /data/low/bin/sh
mount -t overlay -o lowerdir=/data/low,upperdir=/data/up,workdir=/data/work root /c/rootfs
cd /c; crun spec
sed -i "s/.terminal.: true/\\"terminal\\": false/; s/.sh.$/\\"sh\\", \\"-c\\", \\"echo pid \\$\\$ on \\$(busybox hostname)\\"/" config.json
crun run box'
`;

/** The guest's initrd with the containers' archive and files of the test's own. */
async function initrdWithExtras(guest: Guest): Promise<string> {
  const overlay = overlayArchive({
    '/usr/bin/from-overlay': '#!/bin/sh\necho overlay $1\n',
    '/usr/bin/run-container': RUN_CONTAINER,
  });
  const file = path.join(dir, `${guest.manifest.kind}.cpio`);
  await fs.writeFile(
    file,
    joinArchives([await fs.readFile(guest.initrd), await fs.readFile(guest.containers), overlay]),
  );
  return file;
}

async function shellWorks(guest: Guest, options: Pick<QemuOptions, 'console' | 'devices'>): Promise<void> {
  const initrd = await initrdWithExtras(guest);
  const append = 'console=hvc0 earlycon=sbi';
  const vm = start({ ...options, kernel: guest.kernel, initrd, append, harts: 2 });
  const command = async (line: string, answer: RegExp) => {
    vm.type(`${line}\n`);
    await vm.expect(answer);
    return vm.expect(PROMPT);
  };
  await vm.expect(/Welcome to Innkeeper: Linux (\S+)/);
  await vm.expect(PROMPT);
  await command('uname -r', new RegExp(`^${guest.manifest.kernelRelease.replaceAll(/[.+]/g, '\\$&')}\r$`, 'm'));
  await command('tty; nproc', /^\/dev\/hvc0\r\n2\r$/m);
  await command('cat /sys/class/misc/hw_random/rng_current', /^virtio_rng\.\d+\r$/m);
  await command('mount', /cgroup2 on \/sys\/fs\/cgroup/);
  await command('from-overlay works', /^overlay works\r$/m);
  await command('crun --version', /^crun version 1\./m);
  await command('/sbin/mke2fs -V', /mke2fs 1\./);
  await command('run-container', /^pid 1 on crun\r$/m);
  // Ctrl-C reaches what runs in the foreground: the shell has job control. 130 = 128 + SIGINT.
  vm.type("sh -c 'echo run''ning; sleep 1000'\n");
  await vm.expect(/^running\r$/m);
  vm.type('\x03');
  await vm.expect(PROMPT);
  await command('echo status $?', /^status 130\r$/m);
  // The shell comes back when it is left, with a new session and without the greeting.
  vm.type('cd /tmp; exit\n');
  expect((await vm.expect(PROMPT))[1]).toBe('~');
  vm.type('poweroff\n');
  expect(await vm.ended()).toBe(0);
  expect(vm.text).toContain('Requesting system poweroff');
  expect(vm.text.match(/Welcome/g)).toHaveLength(1);
}

describe('stock kernel', () => {
  test('a shell on the virtio console over PCI', async ({ skip }) => {
    skip(!qemu, NO_QEMU);
    const guest = await ensureGuest({ kernel: 'stock' });
    await shellWorks(guest, { console: 'virtio-pci', devices: ['virtio-rng-pci'] });
  });

  test('inn.run on the serial port: modules on demand, exit status, power off', async ({ skip }) => {
    skip(!qemu, NO_QEMU);
    const { kernel, initrd } = await ensureGuest({ kernel: 'stock' });
    const append = 'console=ttyS0 earlycon=sbi inn.run=mount -t 9p none /mnt; grep ^9p /proc/modules; exit 7';
    const vm = start({ kernel, initrd, append, console: 'uart' });
    await vm.expect(/^9p \d+/m);
    await vm.expect(/inn: exit status 7/);
    expect(await vm.ended()).toBe(0);
  });
});

describe('small kernel', () => {
  test('a shell on the virtio console over MMIO', async ({ skip }) => {
    skip(!qemu, NO_QEMU);
    if (!small) return skip(NO_SMALL);
    await shellWorks(small, { console: 'virtio-mmio', devices: ['virtio-rng-device'] });
  });

  test('inn.exec on the serial port, and reboot', async ({ skip }) => {
    skip(!qemu, NO_QEMU);
    if (!small) return skip(NO_SMALL);
    const { kernel, initrd } = small;
    const vm = start({ kernel, initrd, append: 'console=ttyS0 inn.exec=/bin/tty quiet', console: 'uart' });
    await vm.expect(/^\/dev\/ttyS0\r$/m);
    await vm.expect(/inn: exit status 0/);
    expect(await vm.ended()).toBe(0);

    const again = start({ kernel, initrd, append: 'console=ttyS0 inn.run=reboot; sleep 60', console: 'uart' });
    await again.expect(/reboot: Restarting system/);
    expect(await again.ended()).toBe(0);
  });
});
