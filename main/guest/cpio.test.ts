import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CpioNode, joinArchives, overlayArchive, writeCpio } from './cpio.ts';

interface ReadEntry {
  path: string;
  fields: number[];
  body: Buffer;
}

/** Reads archives one after the other, as init/initramfs.c does: zeros between archives are skipped. */
function readCpio(bytes: Uint8Array): ReadEntry[] {
  const file = Buffer.from(bytes);
  const entries: ReadEntry[] = [];
  let at = 0;
  while (at < file.length) {
    if (file[at] === 0) {
      at += 4;
      continue;
    }
    expect(at % 4).toBe(0);
    expect(file.toString('latin1', at, at + 6)).toBe('070701');
    const fields = Array.from({ length: 13 }, (_, i) =>
      Number.parseInt(file.toString('latin1', at + 6 + i * 8, at + 14 + i * 8), 16),
    );
    const [size = 0, nameSize = 0] = [fields[6], fields[11]];
    const path = file.toString('utf8', at + 110, at + 110 + nameSize - 1);
    expect(file[at + 110 + nameSize - 1]).toBe(0);
    const body = (at + 110 + nameSize + 3) & ~3;
    entries.push({ path, fields, body: file.subarray(body, body + size) });
    at = (body + size + 3) & ~3;
  }
  return entries;
}

const withoutTrailer = (entries: ReadEntry[]) => entries.filter(({ path }) => path !== 'TRAILER!!!');

const file = (text: string, mode = 0o644): CpioNode => ({ kind: 'file', mode, content: Buffer.from(text) });

test('header fields of every kind of entry', () => {
  const tree = new Map<string, CpioNode>([
    ['dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 }],
    ['bin', { kind: 'symlink', target: 'usr/bin' }],
    ['tmp', { kind: 'directory', mode: 0o1777 }],
    ['a', file('hello', 0o755)],
  ]);
  const entries = new Map(readCpio(writeCpio(tree)).map((entry) => [entry.path, entry]));
  // c_ino, c_mode, c_uid, c_gid, c_nlink, c_mtime, c_filesize, c_maj, c_min, c_rmaj, c_rmin, c_namesize, c_chksum
  expect(entries.get('a')?.fields).toEqual([1, 0o100755, 0, 0, 1, 0, 5, 0, 0, 0, 0, 2, 0]);
  expect(entries.get('bin')?.fields.slice(1, 7)).toEqual([0o120777, 0, 0, 1, 0, 7]);
  expect(entries.get('bin')?.body.toString()).toBe('usr/bin');
  expect(entries.get('tmp')?.fields.slice(1, 5)).toEqual([0o041777, 0, 0, 2]);
  expect(entries.get('dev/console')?.fields.slice(9, 11)).toEqual([5, 1]);
  expect(entries.get('dev')?.fields[1]).toBe(0o040755);
  expect([...entries.keys()].at(-1)).toBe('TRAILER!!!');
});

test('any tree comes back whole, parents first, whatever the order of insertion', () => {
  const name = fc.stringMatching(/^[a-z0-9._-]{1,9}$/).filter((part) => part !== '.' && part !== '..');
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const files = fc.dictionary(path, fc.uint8Array({ maxLength: 40 }), { maxKeys: 12, noNullPrototype: true });
  fc.assert(
    fc.property(files, (contents) => {
      // A file cannot hold other files: keep those paths that are nobody's parent.
      const paths = Object.keys(contents).filter((a) => !Object.keys(contents).some((b) => b.startsWith(`${a}/`)));
      const nodes = paths.map((p): [string, CpioNode] => {
        return [p, { kind: 'file', mode: 0o644, content: contents[p] ?? new Uint8Array() }];
      });
      const archive = writeCpio(new Map(nodes));
      expect(writeCpio(new Map([...nodes].reverse()))).toEqual(archive);
      expect(archive.length % 512).toBe(0);
      const seen = new Set<string>();
      for (const entry of withoutTrailer(readCpio(archive))) {
        const parent = entry.path.split('/').slice(0, -1).join('/');
        expect(parent === '' || seen.has(parent)).toBe(true);
        seen.add(entry.path);
        if (paths.includes(entry.path)) expect(new Uint8Array(entry.body)).toEqual(contents[entry.path]);
      }
      expect(paths.every((p) => seen.has(p))).toBe(true);
    }),
  );
});

test.each(['', '/etc', 'a//b', '../x', 'a/../b', 'a/'])('"%s" is no path inside an archive', (path) => {
  expect(() => writeCpio(new Map([[path, file('')]]))).toThrow('Not a path inside an archive');
});

test('a file cannot hold another', () => {
  const tree = new Map([
    ['a', file('')],
    ['a/b', file('')],
  ]);
  expect(() => writeCpio(tree)).toThrow('"a" holds "a/b" but is a file');
});

test('an overlay: absolute paths, programs executable unless said otherwise', () => {
  const overlay = overlayArchive({
    '/init': '#!/bin/sh\n',
    'etc/motd': { content: 'hi', mode: 0o644 },
    '/usr/bin/x': new Uint8Array([1, 2]),
  });
  const modes = withoutTrailer(readCpio(overlay)).map(({ path, fields }) => [path, (fields[1] ?? 0) & 0o7777]);
  expect(modes).toEqual([
    ['etc', 0o755],
    ['etc/motd', 0o644],
    ['init', 0o755],
    ['usr', 0o755],
    ['usr/bin', 0o755],
    ['usr/bin/x', 0o755],
  ]);
});

test('joined archives are read one after the other', () => {
  const odd = Buffer.concat([overlayArchive({ a: 'one' }), Buffer.alloc(3)]);
  const joined = joinArchives([odd, overlayArchive({ b: 'two' })]);
  expect(withoutTrailer(readCpio(joined)).map(({ path, body }) => [path, body.toString()])).toEqual([
    ['a', 'one'],
    ['b', 'two'],
  ]);
});
