import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeTestGuest } from '../../tests/fixtures/guest-folder.ts';
import { openGuest, parseManifest } from './manifest.ts';

let dir = '';
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(tmpdir(), 'inn-guest-'));
});
afterEach(() => fs.rm(dir, { recursive: true, force: true }));

test('an intact guest folder opens', async () => {
  await writeTestGuest(dir, 'stock-1');
  const guest = await openGuest(dir, { digests: true });
  expect(guest).toMatchObject({ dir, kernel: path.join(dir, 'Image'), initrd: path.join(dir, 'initrd.cpio') });
  expect(guest.manifest.kernelRelease).toBe('7.2');
});

test('a folder without a manifest', async () => {
  await expect(openGuest(dir, { digests: false })).rejects.toMatchObject({ code: 'guest-not-found' });
});

test('a file that is missing, cut short or changed', async () => {
  await writeTestGuest(dir, 'stock-1');
  const damaged = { code: 'guest-damaged' };
  await fs.writeFile(path.join(dir, 'initrd.cpio'), 'INITRD');
  expect(await openGuest(dir, { digests: false })).toBeTruthy();
  await expect(openGuest(dir, { digests: true })).rejects.toMatchObject(damaged);
  await fs.writeFile(path.join(dir, 'initrd.cpio'), 'ini');
  await expect(openGuest(dir, { digests: false })).rejects.toMatchObject(damaged);
  await fs.rm(path.join(dir, 'initrd.cpio'));
  await expect(openGuest(dir, { digests: false })).rejects.toThrow(/initrd is missing/);
});

test('manifests from elsewhere are checked field by field', async () => {
  const good = await writeTestGuest(dir, 'stock-1');
  const parse = (change: object) => () => parseManifest(JSON.stringify({ ...good, ...change }), dir);
  const kernel = (change: object) => ({ files: { ...good.files, kernel: { ...good.files.kernel, ...change } } });
  expect(parse({})).not.toThrow();
  expect(() => parseManifest('{', dir)).toThrow('not JSON');
  expect(() => parseManifest('null', dir)).toThrow('not a manifest');
  expect(parse({ format: 2 })).toThrow('format 2 is not known');
  expect(parse({ kind: 'large' })).toThrow('kind');
  expect(parse({ kernelRelease: 7 })).toThrow('kernelRelease');
  expect(parse({ packages: {} })).toThrow('packages');
  expect(parse({ files: {} })).toThrow('files.kernel');
  expect(parse(kernel({ file: '../../etc/passwd' }))).toThrow('files.kernel');
  expect(parse(kernel({ file: '..' }))).toThrow('files.kernel');
  expect(parse(kernel({ bytes: '9' }))).toThrow('files.kernel');
  expect(parse(kernel({ sha256: 'short' }))).toThrow('files.kernel');
});
