import { expect, test } from 'vitest';
import { type PackageRecord, packageClosure, parsePackageRecords, parseRelations } from './packages.ts';

test('records of apt-cache show', () => {
  const text = `Package: crun
Architecture: riscv64
Version: 1.28-1
Pre-Depends: libc6 (>= 2.41)
Depends: libcap2 (>= 1:2.10), conmon | podman:any (<< 3), libjson-c5
Provides: oci-runtime (= 1)
Description: runs
 containers: fast
Size: 1205256
SHA256: ab12

Package: virtual-without-file
Version: 1
`;
  expect(parsePackageRecords(text)).toEqual([
    {
      name: 'crun',
      architecture: 'riscv64',
      version: '1.28-1',
      depends: [['libc6'], ['libcap2'], ['conmon', 'podman'], ['libjson-c5']],
      provides: ['oci-runtime'],
      bytes: 1205256,
      sha256: 'ab12',
    },
  ]);
});

test('relations: bounds and architectures are dropped, empty text is no relation', () => {
  expect(parseRelations(undefined)).toEqual([]);
  expect(parseRelations('')).toEqual([]);
  expect(parseRelations('a | b [riscv64], g++-12 <!nocheck>')).toEqual([['a', 'b'], ['g++-12']]);
});

function archive(records: Record<string, { depends?: string[][]; provides?: string[] }>) {
  const all = new Map(
    Object.entries(records).map(([name, { depends = [], provides = [] }]): [string, PackageRecord] => [
      name,
      { name, version: '1', architecture: 'riscv64', depends, provides, bytes: 0, sha256: '00' },
    ]),
  );
  return async (names: readonly string[]) => names.flatMap((name) => all.get(name) ?? []);
}

const names = (records: PackageRecord[]) => records.map(({ name }) => name);

test('the closure takes each package once, the first alternative that exists, and survives rings', async () => {
  const show = archive({
    a: { depends: [['b'], ['gone', 'c', 'd']] },
    b: { depends: [['a'], ['c']] },
    c: {},
    d: {},
  });
  expect(names(await packageClosure(['a'], show))).toEqual(['a', 'b', 'c']);
});

test('a virtual package is met by a package that was taken already', async () => {
  const show = archive({ a: { depends: [['b'], ['virtual']] }, b: { provides: ['virtual'] } });
  expect(names(await packageClosure(['b', 'a'], show))).toEqual(['b', 'a']);
});

test('only followed dependencies count, missing ones are named', async () => {
  const show = archive({ 'linux-image-riscv64': { depends: [['linux-image-7'], ['dracut']] }, 'linux-image-7': {} });
  const follow = (name: string) => /^linux-image-\d/.test(name);
  expect(names(await packageClosure(['linux-image-riscv64'], show, follow))).toEqual([
    'linux-image-riscv64',
    'linux-image-7',
  ]);
  await expect(packageClosure(['linux-image-riscv64'], show)).rejects.toThrow('dracut (needed by linux-image-riscv64)');
  await expect(packageClosure(['nothing'], show)).rejects.toThrow('nothing (needed by the recipe)');
});
