import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import tar from 'tar-stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DebEntry, readArMembers, readDeb, unxz } from './deb.ts';

let dir = '';
beforeAll(async () => {
  dir = await fs.mkdtemp(path.join(tmpdir(), 'inn-deb-'));
});
afterAll(() => fs.rm(dir, { recursive: true, force: true }));

function ar(members: Record<string, Uint8Array>): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')];
  for (const [name, body] of Object.entries(members)) {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}`;
    parts.push(Buffer.from(`${header}${String(body.length).padEnd(10)}\`\n`), body);
    if (body.length & 1) parts.push(Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}

const reader = (bytes: Buffer) => async (offset: number, size: number) => bytes.subarray(offset, offset + size);

test('members of an ar archive, odd sizes padded', async () => {
  const archive = ar({ 'debian-binary': Buffer.from('2.0'), 'x/': Buffer.from('ab') });
  expect(await readArMembers(reader(archive))).toEqual([
    { name: 'debian-binary', offset: 68, size: 3 },
    { name: 'x', offset: 132, size: 2 },
  ]);
});

test('other and damaged files are refused', async () => {
  await expect(readArMembers(reader(Buffer.from('PK\x03\x04 zip')))).rejects.toThrow('Not an ar');
  const archive = ar({ a: Buffer.from('1') });
  archive[66] = 0x20;
  await expect(readArMembers(reader(archive))).rejects.toThrow('Damaged');
  await expect(readArMembers(reader(ar({ a: Buffer.from('1') }).subarray(0, 40)))).rejects.toThrow('Damaged');
});

async function dataTar(): Promise<Buffer> {
  const pack = tar.pack();
  pack.entry({ name: './usr/', type: 'directory' });
  pack.entry({ name: './usr/bin/tool', mode: 0o755 }, 'tool');
  pack.entry({ name: './usr/share/doc/README' }, 'long text '.repeat(2000));
  pack.entry({ name: './usr/bin/alias', type: 'symlink', linkname: 'tool' });
  pack.entry({ name: './usr/bin/other', type: 'link', linkname: './usr/bin/tool' });
  pack.entry({ name: './usr/bin/after' }, 'z');
  pack.finalize();
  return buffer(pack);
}

const compressions: [string, (bytes: Buffer) => Uint8Array][] = [
  ['data.tar', (bytes) => bytes],
  ['data.tar.gz', gzipSync],
  ['data.tar.zst', zstdCompressSync],
];

test.each(compressions)('files of a package with %s', async (member, compress) => {
  const deb = path.join(dir, `${member}.deb`);
  await fs.writeFile(deb, ar({ 'debian-binary': Buffer.from('2.0\n'), [member]: compress(await dataTar()) }));
  const entries: DebEntry[] = [];
  await readDeb(
    deb,
    (file) => file.startsWith('usr/bin/'),
    (entry) => entries.push(entry),
  );
  expect(entries).toEqual([
    { kind: 'file', path: 'usr/bin/tool', mode: 0o755, content: Buffer.from('tool') },
    { kind: 'symlink', path: 'usr/bin/alias', target: 'tool' },
    { kind: 'hardlink', path: 'usr/bin/other', target: 'usr/bin/tool' },
    { kind: 'file', path: 'usr/bin/after', mode: 0o644, content: Buffer.from('z') },
  ]);
});

test('a package that is cut short, without data or in an unknown compression is refused', async () => {
  const deb = path.join(dir, 'bad.deb');
  const read = () =>
    readDeb(
      deb,
      () => true,
      () => {},
    );
  await fs.writeFile(deb, ar({ 'data.tar.gz': gzipSync(await dataTar()).subarray(0, 60) }));
  await expect(read()).rejects.toThrow();
  await fs.writeFile(deb, ar({ 'control.tar.gz': Buffer.from('') }));
  await expect(read()).rejects.toThrow('no data.tar');
  await fs.writeFile(deb, ar({ 'data.tar.lz9': Buffer.from('??') }));
  await expect(read()).rejects.toThrow('Unknown compression');
});

/** `printf 'hello xz\n' | xz --check=crc32` */
const XZ_SAMPLE = '/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAIaGVsbG8geHoKAAAAAFV+Ln4AAR0Jk2E2ppBCmQ0BAAAAAAFZWg==';

test('xz files; damaged ones are refused', async () => {
  const bytes = Buffer.from(XZ_SAMPLE, 'base64');
  expect((await unxz(bytes)).toString()).toBe('hello xz\n');
  const damaged = Buffer.from(bytes);
  damaged[20] = (damaged[20] ?? 0) ^ 0xff;
  await expect(unxz(damaged)).rejects.toThrow();
});
