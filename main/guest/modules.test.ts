import { expect, test } from 'vitest';
import { buildElf, buildModule } from '../../tests/fixtures/guest-elf.ts';
import {
  type KernelModule,
  moduleClosure,
  moduleIndexes,
  moduleName,
  parseBuiltIn,
  parseModuleInfo,
  readModuleInfo,
} from './modules.ts';

test('.modinfo of a module', () => {
  const info = readModuleInfo(
    buildModule([
      'alias=virtio:d00000001v*',
      'license=GPL',
      'depends=net_failover,virtio-ring',
      'softdep=pre: crc32c a-b post: z',
      'name=virtio-net',
      'alias=fs-x',
    ]),
  );
  expect(info).toEqual({
    name: 'virtio_net',
    depends: ['net_failover', 'virtio_ring'],
    aliases: ['virtio:d00000001v*', 'fs-x'],
    softPre: ['crc32c', 'a_b'],
  });
});

test('empty fields mean nothing is needed', () => {
  expect(parseModuleInfo('depends=\0name=loop\0')).toMatchObject({ depends: [], softPre: [] });
  expect(parseModuleInfo('softdep=post: z\0')).toMatchObject({ softPre: [] });
});

test('a file without .modinfo is no module', () => {
  expect(() => readModuleInfo(buildElf({}))).toThrow('no .modinfo');
});

test('names: path, compression and dashes do not matter', () => {
  expect(moduleName('kernel/drivers/char/hw_random/virtio-rng.ko.xz')).toBe('virtio_rng');
  expect(parseBuiltIn('kernel/fs/fuse/fuse.ko\nkernel/a/b-c.ko\n')).toEqual(new Set(['fuse', 'b_c']));
});

function library(graph: Record<string, { depends?: string[]; softPre?: string[]; aliases?: string[] }>) {
  const modules = new Map(
    Object.entries(graph).map(([name, info]): [string, KernelModule] => [
      name,
      {
        path: `kernel/${name}.ko`,
        content: new Uint8Array(),
        info: { name, depends: [], softPre: [], aliases: [], ...info },
      },
    ]),
  );
  return async (name: string) => modules.get(name);
}

const names = (modules: KernelModule[]) => modules.map(({ info }) => info.name);

test('the closure comes in load order, each module once', async () => {
  const load = library({
    ext4: { depends: ['jbd2', 'mbcache', 'crc16'], softPre: ['crc32c', 'builtin_hash'] },
    jbd2: { depends: ['crc16'] },
    mbcache: {},
    crc16: {},
    crc32c: {},
    unused: {},
  });
  const modules = await moduleClosure(['ext4', 'crc16'], new Set(), load);
  expect(names(modules)).toEqual(['crc32c', 'crc16', 'jbd2', 'mbcache', 'ext4']);
});

test('the recipe may name built-in modules; others must exist', async () => {
  const load = library({ a: { depends: ['gone'] } });
  expect(await moduleClosure(['fuse'], new Set(['fuse']), load)).toEqual([]);
  await expect(moduleClosure(['nonsense'], new Set(), load)).rejects.toThrow('"nonsense" (asked for by the recipe)');
  await expect(moduleClosure(['a'], new Set(), load)).rejects.toThrow('"gone" (asked for by a)');
});

test('a ring of soft dependencies ends', async () => {
  const load = library({ a: { softPre: ['b'] }, b: { softPre: ['a'] } });
  expect(names(await moduleClosure(['a'], new Set(), load))).toEqual(['b', 'a']);
});

test('index files', async () => {
  const load = library({
    net_failover: { depends: ['failover'] },
    failover: {},
    virtio_net: {
      depends: ['net_failover', 'failover'],
      aliases: ['virtio:d00000001v*'],
      softPre: ['failover', 'gone'],
    },
  });
  expect(moduleIndexes(await moduleClosure(['virtio_net'], new Set(), load))).toEqual({
    'modules.dep':
      'kernel/failover.ko:\n' +
      'kernel/net_failover.ko: kernel/failover.ko\n' +
      'kernel/virtio_net.ko: kernel/net_failover.ko kernel/failover.ko\n',
    'modules.alias': 'alias virtio:d00000001v* virtio_net\n',
    'modules.softdep': 'softdep virtio_net pre: failover\n',
  });
});
