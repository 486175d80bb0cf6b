import { expect, test } from 'vitest';
import { buildElf } from '../../tests/fixtures/guest-elf.ts';
import type { CpioNode } from './cpio.ts';
import { baseTree, busyboxApplets, canonicalPath, programTree } from './rootfs.ts';

const APPLETS = [
  '[',
  '[[',
  'cttyhack',
  'init',
  'ip',
  'modprobe',
  'mount',
  'poweroff',
  'setsid',
  'sh',
  'udhcpc',
  'umount',
];

function fakeBusybox(applets: readonly string[]): Buffer {
  return Buffer.from(`code[\0[[\0oops\0\0more\x01${applets.join('\0')}\0\0data`, 'latin1');
}

test('applets are found in the binary, past look-alikes', () => {
  expect(busyboxApplets(fakeBusybox(APPLETS))).toEqual(APPLETS);
});

test('a busybox without what our scripts need is refused', () => {
  expect(() => busyboxApplets(fakeBusybox(APPLETS.filter((name) => name !== 'modprobe')))).toThrow('lacks');
});

test('one folder for programs, one for libraries', () => {
  expect(canonicalPath('/sbin/mke2fs')).toBe('usr/bin/mke2fs');
  expect(canonicalPath('usr/sbin/mke2fs')).toBe('usr/bin/mke2fs');
  expect(canonicalPath('bin/sh')).toBe('usr/bin/sh');
  expect(canonicalPath('lib/ld.so')).toBe('usr/lib/ld.so');
  expect(canonicalPath('usr/lib/sbin/x')).toBe('usr/lib/sbin/x');
});

test('the base tree: init, applets, scripts executable, console, modules below /lib', () => {
  const module = {
    path: 'kernel/fs/x.ko',
    content: Buffer.from('x'),
    info: { name: 'x', depends: [], aliases: ['fs-x'], softPre: [] },
  };
  const tree = baseTree({
    busybox: fakeBusybox(APPLETS),
    files: new Map([
      ['etc/inittab', Buffer.from('# table')],
      ['etc/init.d/rcS', Buffer.from('#!/bin/sh\n')],
    ]),
    kernelModules: { release: '7.2', modules: [module] },
  });
  expect(tree.get('init')).toEqual({ kind: 'symlink', target: 'usr/bin/busybox' });
  expect(tree.get('usr/bin/modprobe')).toEqual({ kind: 'symlink', target: 'busybox' });
  expect(tree.get('etc/inittab')).toMatchObject({ mode: 0o644 });
  expect(tree.get('etc/init.d/rcS')).toMatchObject({ mode: 0o755 });
  expect(tree.get('dev/console')).toMatchObject({ major: 5, minor: 1 });
  expect(tree.get('usr/lib/modules/7.2/kernel/fs/x.ko')).toMatchObject({ kind: 'file' });
  expect(tree.get('usr/lib/modules/7.2/modules.alias')).toMatchObject({ content: Buffer.from('alias fs-x x\n') });
});

function packages(): Map<string, CpioNode> {
  const file = (content: Buffer): CpioNode => ({ kind: 'file', mode: 0o755, content });
  return new Map([
    ['usr/bin/crun', file(buildElf({ needed: ['liba.so.1'], interpreter: '/lib/ld.so.1' }))],
    ['usr/bin/mkfs', { kind: 'symlink', target: '../sbin/mke2fs' }],
    ['usr/bin/mke2fs', file(buildElf({}))],
    ['usr/lib/riscv64-linux-gnu/liba.so.1', { kind: 'symlink', target: 'liba.so.1.2' }],
    ['usr/lib/riscv64-linux-gnu/liba.so.1.2', file(buildElf({ needed: ['libb.so'] }))],
    ['usr/lib/riscv64-linux-gnu/libb.so', file(buildElf({ needed: ['liba.so.1'] }))],
    ['usr/lib/riscv64-linux-gnu/unused.so', file(buildElf({}))],
    ['usr/lib/ld.so.1', { kind: 'symlink', target: '/usr/lib/riscv64-linux-gnu/ld.so' }],
    ['usr/lib/riscv64-linux-gnu/ld.so', file(buildElf({}))],
    ['usr/bin/ring', { kind: 'symlink', target: 'ring2' }],
    ['usr/bin/ring2', { kind: 'symlink', target: 'ring' }],
    ['etc/conf', file(Buffer.from('text'))],
  ]);
}

test('programs bring loader, libraries and what links lead to, and nothing else', () => {
  expect([...programTree(packages(), ['usr/bin/crun', 'usr/sbin/mkfs'], ['etc/conf']).keys()].sort()).toEqual([
    'etc/conf',
    'usr/bin/crun',
    'usr/bin/mke2fs',
    'usr/bin/mkfs',
    'usr/lib/ld.so.1',
    'usr/lib/riscv64-linux-gnu/ld.so',
    'usr/lib/riscv64-linux-gnu/liba.so.1',
    'usr/lib/riscv64-linux-gnu/liba.so.1.2',
    'usr/lib/riscv64-linux-gnu/libb.so',
  ]);
});

test('missing programs and libraries are named; a ring of links ends', () => {
  expect(() => programTree(packages(), ['usr/bin/nope'], [])).toThrow('usr/bin/nope (needed by the recipe)');
  const broken = packages();
  broken.delete('usr/lib/riscv64-linux-gnu/libb.so');
  expect(() => programTree(broken, ['usr/bin/crun'], [])).toThrow('libb.so (needed by usr/lib/riscv64-linux-gnu/liba');
  expect([...programTree(packages(), ['usr/bin/ring'], []).keys()].sort()).toEqual(['usr/bin/ring', 'usr/bin/ring2']);
});
