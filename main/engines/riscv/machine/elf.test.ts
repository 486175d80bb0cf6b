import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InnError } from '../../../../shared/base/errors.ts';
import { buildElf } from '../../../../tests/fixtures/elf-builder.ts';
import { readElf } from './elf.ts';

const CODE = Uint8Array.of(0x13, 0, 0, 0, 0x73, 0, 0, 0);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InnError) return error.code;
    throw error;
  }
  return 'none';
}

test('segments go to their physical addresses, and memory is longer than the file by zeros', () => {
  const program = readElf(
    buildElf({
      entry: 0x8000_0004,
      segments: [
        { vaddr: 0x8000_0000, paddr: 0x8000_0000, bytes: CODE, memsz: 8 },
        { vaddr: 0x8010_0000, paddr: 0x8010_0000, bytes: new Uint8Array(0), memsz: 4096 },
        { vaddr: 0x9000_0000, paddr: 0x9000_0000, bytes: new Uint8Array(0), memsz: 0 },
      ],
    }),
    'a.elf',
  );
  expect(program.entry).toBe(0x8000_0004);
  expect(program.segments).toEqual([
    { address: 0x8000_0000, bytes: CODE, size: 8 },
    { address: 0x8010_0000, bytes: new Uint8Array(0), size: 4096 },
  ]);
});

test('an entry in a segment linked for another address is moved with it', () => {
  const segments = [{ vaddr: 0xffff_ffff_8000_0000n, paddr: 0x8020_0000, bytes: CODE, memsz: 8 }];
  expect(readElf(buildElf({ entry: 0xffff_ffff_8000_0000n, segments }), 'a').entry).toBe(0x8020_0000);
});

test('what is wrong is told', () => {
  const segments = [{ vaddr: 0x8000_0000, paddr: 0x8000_0000, bytes: CODE, memsz: 8 }];
  const good = buildElf({ entry: 0x8000_0000, segments });
  const changed = (offset: number, ...bytes: number[]) => {
    const copy = good.slice();
    copy.set(bytes, offset);
    return () => readElf(copy, 'a.elf');
  };
  expect(codeOf(changed(0, 0x7f))).toBe('none');
  expect(codeOf(changed(18, 62))).toBe('elf-wrong-machine');
  expect(changed(18, 62)).toThrow('a.elf is a program for x86-64');
  expect(changed(4, 1)).toThrow('32-bit');
  expect(changed(5, 2)).toThrow('big-endian');
  expect(changed(54, 32)).toThrow('unknown size');
  expect(changed(56, 0)).toThrow('nothing to load');
  expect(changed(56, 0xff, 0xff)).toThrow('program headers are cut short');
  expect(changed(64 + 32, 9)).toThrow('larger in the file');
  expect(changed(64 + 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toThrow('segment 0 is cut short');
  expect(() => readElf(good.subarray(0, 40), 'a')).toThrow('header is cut short');
  expect(codeOf(() => readElf(good.subarray(0, good.length - 1), 'a'))).toBe('elf-damaged');
});

test('whatever a file holds, it is read or refused', () => {
  const good = buildElf({
    entry: 0x8000_0000,
    segments: [{ vaddr: 0x8000_0000, paddr: 0x8000_0000, bytes: CODE, memsz: 8 }],
  });
  const edits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(edits, fc.nat(good.length), (changes, length) => {
      const bytes = good.slice(0, length);
      for (const [at, value] of changes) if (at < length && at > 3) bytes[at] = value;
      expect(['none', 'elf-damaged', 'elf-wrong-machine']).toContain(codeOf(() => readElf(bytes, 'a')));
    }),
    { numRuns: 2000 },
  );
});

const OPENSBI = '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.elf';
const readelf = existsSync(OPENSBI) && spawnSync('readelf', ['--version']).status === 0;
test.runIf(readelf)("OpenSBI's segments are those readelf sees", () => {
  const listing = spawnSync('readelf', ['-lW', OPENSBI], { encoding: 'utf8' }).stdout;
  const expected = [...listing.matchAll(/LOAD\s+\S+\s+\S+\s+(\S+)\s+(\S+)\s+(\S+)/g)].map((match) =>
    match.slice(1).map(Number),
  );
  const program = readElf(new Uint8Array(readFileSync(OPENSBI)), OPENSBI);
  expect(program.segments.map(({ address, bytes, size }) => [address, bytes.length, size])).toEqual(expected);
  expect(program.entry).toBe(Number(/Entry point (\S+)/.exec(listing)?.[1]));
});
