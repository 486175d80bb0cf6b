/** Our own guests, as a user starts them: typed into, shut down and started again. */
import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { Inn } from '../fixtures/console.ts';

let inn: Inn | undefined;
afterEach(async () => inn?.dispose());

test.each([
  // With one hart also with the least memory that is allowed.
  ['stock', 1, '160M'],
  ['stock', 2, '256M'],
  ['stock', 4, '256M'],
  ['small', 1, '48M'],
  ['small', 2, '256M'],
])('the %s kernel on %d harts: a shell that answers, and a clean end', async (kernel, harts, memory) => {
  inn = await Inn.boot(['--kernel', kernel, '--cores', String(harts), '--memory', memory, '--append', 'quiet']);
  expect((await inn.run('echo $((6 * 7))')).output.trim()).toBe('42');
  expect((await inn.run('nproc')).output.trim()).toBe(String(harts));
  expect((await inn.run('uname -m')).output.trim()).toBe('riscv64');
  expect((await inn.run('grep -c ^processor /proc/cpuinfo')).output.trim()).toBe(String(harts));
  expect(
    (await inn.run('test -c /dev/hwrng && dd if=/dev/hwrng bs=16 count=1 2>/dev/null | wc -c')).output.trim(),
  ).toBe('16');
  expect((await inn.run('false')).status).toBe(1);
  inn.type('poweroff\n');
  expect(await inn.end()).toEqual({ status: 0, signal: null });
});

test('reboot starts the machine again in place', async () => {
  inn = await Inn.boot(['--kernel', 'small', '--cores', '2']);
  await inn.run('echo gone >/root/before');
  inn.type('reboot\n');
  await inn.expect(/Booting Linux on hartid/);
  await inn.prepareShell();
  expect((await inn.run('cat /root/before')).status).toBe(1);
  inn.type('poweroff -f\n');
  expect(await inn.end()).toEqual({ status: 0, signal: null });
});

test('memory, command line and the other transport are what was asked for', async () => {
  inn = await Inn.boot([
    '--kernel',
    'small',
    '--memory',
    '512M',
    '--transport',
    'pci',
    '--append',
    'quiet inn.test=yes',
  ]);
  const kilobytes = Number(/MemTotal: +(\d+)/.exec((await inn.run('cat /proc/meminfo')).output)?.[1]);
  expect(kilobytes).toBeGreaterThan(480 * 1024);
  expect(kilobytes).toBeLessThan(512 * 1024);
  expect((await inn.run('cat /proc/cmdline')).output).toMatch(/console=hvc0.*quiet inn\.test=yes/);
  expect((await inn.run('ls /sys/bus/pci/devices | wc -l')).output.trim()).not.toBe('0');
});

test('the end of input does not end the guest, and input is not lost', async () => {
  inn = await Inn.boot(['--kernel', 'small', '--append', 'quiet']);
  inn.type('stty -echo; head -c 32000 | md5sum; sleep 2; echo still $((1 + 1)); poweroff -f\n');
  await inn.expect(/poweroff -f\r*\n/);
  // More than the console can hold at once.
  const lines = '0123456789abcde\n'.repeat(2000);
  inn.type(lines);
  inn.child.stdin?.end();
  await inn.expect(new RegExp(createHash('md5').update(lines).digest('hex')));
  await inn.expect(/still 2/);
  expect(await inn.end()).toEqual({ status: 0, signal: null });
});

test('time that is counted in instructions boots too', async () => {
  inn = await Inn.boot(['--kernel', 'small', '--clock', 'instructions', '--append', 'quiet']);
  expect((await inn.run('sleep 1 && echo slept')).output).toContain('slept');
  inn.type('poweroff -f\n');
  expect(await inn.end()).toEqual({ status: 0, signal: null });
});

test('OpenSBI in M-mode boots the same kernels', async () => {
  const bios = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin';
  for (const [kernel, cores] of [
    ['small', '2'],
    ['stock', '1'],
  ] as const) {
    inn = Inn.launch(['try', '--bios', bios, '--kernel', kernel, '--cores', cores, '--append', 'quiet']);
    await inn.expect(/OpenSBI v/);
    await inn.prepareShell();
    expect((await inn.run('nproc')).output.trim()).toBe(cores);
    inn.type('poweroff\n');
    expect(await inn.end()).toEqual({ status: 0, signal: null });
  }
});

test('a kernel that panics stays where it is, or starts again, as it was told', async () => {
  inn = Inn.launch(['try', '--kernel', 'small', '--append', 'quiet rdinit=/bin/false']);
  await inn.expect(/Kernel panic - not syncing/);
  expect(inn.child.exitCode).toBeNull();
  inn.child.kill('SIGTERM');
  expect(await inn.end()).toEqual({ status: 143, signal: null });

  inn = Inn.launch(['try', '--kernel', 'small', '--append', 'quiet rdinit=/bin/false panic=-1']);
  for (let start = 0; start < 2; start++) {
    await inn.expect(/Booting Linux on hartid/);
    await inn.expect(/Kernel panic - not syncing/);
  }
});
