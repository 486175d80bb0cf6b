/** What users get wrong: each ends with status 2, a code for scripts, a sentence and a next step, and nothing on stdout. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Inn } from '../fixtures/console.ts';
import { linuxImage } from '../fixtures/linux-image.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'inn-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const where = path.join(folder, name);
  writeFileSync(where, content);
  return where;
}

test.each<[string, () => string[]]>([
  ['usage', () => ['try', '--corse', '2']],
  ['usage', () => ['tyr']],
  ['usage', () => ['try', 'stray']],
  ['invalid-cores', () => ['try', '--cores', '0']],
  ['too-many-cores', () => ['try', '--cores', '9']],
  ['invalid-size', () => ['try', '--memory', 'much']],
  ['memory-too-small', () => ['try', '--memory', '100M']],
  ['memory-beyond-host|memory-too-large', () => ['try', '--memory', '5000G']],
  ['kernel-not-found', () => ['try', '--kernel', '/nonexistent/Image']],
  ['kernel-not-a-file', () => ['try', '--kernel', folder]],
  ['kernel-empty', () => ['try', '--kernel', file('empty', '')]],
  ['kernel-wrong-kind', () => ['try', '--kernel', file('text', 'just some text\n'.repeat(100))]],
  ['kernel-damaged', () => ['try', '--kernel', file('cut.gz', Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3))]],
  ['memory-too-small', () => ['try', '--memory', '1M', '--kernel', file('Image', linuxImage({ size: 3 << 20 }))]],
  ['firmware-not-found', () => ['try', '--bios', '/nonexistent/fw.bin']],
  ['initrd-not-found', () => ['try', '--kernel', file('Image2', linuxImage()), '--initrd', '/nonexistent/initrd']],
  ['guest-not-found', () => ['try', '--guest', folder]],
  ['kernel-wrong-kind', () => ['try', '--kernel', file('a.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16))]],
  ['program-not-found', () => ['debug', 'disassemble', '/nonexistent/prog.elf']],
  ['firmware-empty', () => ['debug', 'disassemble', file('nothing', '')]],
  ['invalid-from', () => ['debug', 'disassemble', file('bytes', '1234'), '--from', 'here']],
  ['invalid-count', () => ['debug', 'trace', '--count', 'many', '--bios', file('bytes2', '1234')]],
  ['invalid-port', () => ['debug', 'gdb', '--port', '70000', '--bios', file('bytes3', '1234')]],
])('%s (%#)', async (code, args) => {
  const inn = Inn.launch(args());
  const exit = await inn.end(60_000);
  expect(inn.errors).toMatch(new RegExp(`^error (?:${code}): .+\n {2}\\S.+\n$`));
  expect(exit).toEqual({ status: 2, signal: null });
  expect(inn.output).toBe('');
});
