import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GiB } from '../../../shared/base/units.ts';
import { Uploads } from './uploads.ts';

let root: string;
let folder: string;
let uploads: Uploads;
beforeEach(async () => {
  root = await fs.mkdtemp(path.join(tmpdir(), 'inn-uploads-'));
  folder = path.join(root, 'uploads');
  uploads = await Uploads.open(folder);
});
afterEach(async () => {
  vi.useRealTimers();
  await fs.rm(root, { recursive: true, force: true });
});

async function send(name: string, content: string): Promise<string> {
  const { id } = await uploads.begin({ name, bytes: content.length });
  for (let offset = 0; offset < content.length; offset += 3) {
    await uploads.write({ id, offset, bytes: Buffer.from(content.slice(offset, offset + 3)) });
  }
  return id;
}

const code = (name: string) => expect.objectContaining({ name: 'InnError', code: name });

test('what is sent in pieces is a file, until it is no longer needed', async () => {
  const upload = await send('vmlinuz', 'kernel bytes');
  const file = await uploads.resolve({ upload });
  expect(file).toMatchObject({ name: 'vmlinuz', bytes: 12 });
  expect(await fs.readFile(file.path, 'utf8')).toBe('kernel bytes');
  await file.discard();
  await file.discard();
  expect(await fs.readdir(folder)).toEqual([]);
  await expect(uploads.resolve({ upload })).rejects.toEqual(code('upload-not-found'));
});

test('an empty file is a file', async () => {
  const upload = await send('empty', '');
  const file = await uploads.resolve({ upload });
  expect(await fs.readFile(file.path)).toHaveLength(0);
  await file.discard();
});

test.each(['../../escape', '/etc/passwd', 'a/b', '..', 'CON', 'a\0b', '💾'])('the name %j is no path', async (name) => {
  const upload = await send(name, 'abc');
  const file = await uploads.resolve({ upload });
  expect(path.dirname(file.path)).toBe(folder);
  expect(file.name).toBe(name);
  expect(await fs.readdir(root)).toEqual(['uploads']);
  await file.discard();
});

test('pieces come in order: each says where the next belongs', async () => {
  const { id } = await uploads.begin({ name: 'a', bytes: 6 });
  const piece = (offset: number) => uploads.write({ id, offset, bytes: Buffer.from('abc') });
  await expect(piece(3)).rejects.toMatchObject({ code: 'upload-out-of-order', details: { expected: 0 } });
  await piece(0);
  await expect(piece(0)).rejects.toMatchObject({ code: 'upload-out-of-order', details: { expected: 3 } });
  await piece(3);
  await expect(piece(6)).rejects.toMatchObject({ code: 'upload-too-long' });
  const file = await uploads.resolve({ upload: id });
  expect(await fs.readFile(file.path, 'utf8')).toBe('abcabc');
});

test('pieces that are sent without waiting are written one after the other', async () => {
  const { id } = await uploads.begin({ name: 'a', bytes: 300 });
  const pieces = Array.from({ length: 100 }, (_, n) => ({ id, offset: 3 * n, bytes: Buffer.from(`${100 + n}`) }));
  const sent = pieces.map((piece) => uploads.write(piece));
  const file = await uploads.resolve({ upload: id });
  await Promise.all(sent);
  expect(await fs.readFile(file.path, 'utf8')).toBe(pieces.map(({ bytes }) => bytes.toString()).join(''));
});

test('half a file is not used', async () => {
  const { id } = await uploads.begin({ name: 'a', bytes: 6 });
  await uploads.write({ id, offset: 0, bytes: Buffer.from('abc') });
  await expect(uploads.resolve({ upload: id })).rejects.toMatchObject({
    code: 'upload-incomplete',
    message: expect.stringContaining('3 of 6'),
  });
  await expect(uploads.inspect({ upload: id })).rejects.toEqual(code('upload-incomplete'));
});

test('there are limits of size and number', async () => {
  await expect(uploads.begin({ name: 'huge', bytes: 4 * GiB + 1 })).rejects.toEqual(code('upload-too-large'));
  const begun = await Promise.allSettled(Array.from({ length: 40 }, () => uploads.begin({ name: 'a', bytes: 1 })));
  expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(32);
  await expect(uploads.begin({ name: 'a', bytes: 1 })).rejects.toEqual(code('too-many-uploads'));
  const [first] = begun;
  if (first?.status === 'fulfilled') await uploads.cancel(first.value.id);
  await uploads.begin({ name: 'a', bytes: 1 });
});

test('what has no room on the disk is not begun', async () => {
  const free = vi.spyOn(fs, 'statfs').mockResolvedValue({ ...(await fs.statfs(folder)), bavail: 10, bsize: 10 });
  await expect(uploads.begin({ name: 'a', bytes: 101 })).rejects.toEqual(code('disk-full'));
  await uploads.begin({ name: 'a', bytes: 100 });
  free.mockRestore();
  expect(await fs.readdir(folder)).toHaveLength(1);
});

test('cancelled, it is gone, and so are pieces on their way', async () => {
  const { id } = await uploads.begin({ name: 'a', bytes: 6 });
  const first = uploads.write({ id, offset: 0, bytes: Buffer.from('abc') });
  const second = uploads.write({ id, offset: 3, bytes: Buffer.from('abc') });
  const cancelled = uploads.cancel(id);
  await expect(Promise.all([first, second])).rejects.toEqual(code('upload-not-found'));
  await cancelled;
  await uploads.cancel(id);
  expect(await fs.readdir(folder)).toEqual([]);
});

test('cancelled while somebody uses it, the file stays until that is done', async () => {
  const upload = await send('a', 'abc');
  const file = await uploads.resolve({ upload });
  await uploads.cancel(upload);
  expect(await fs.readFile(file.path, 'utf8')).toBe('abc');
  await file.discard();
  expect(await fs.readdir(folder)).toEqual([]);
});

test('what an earlier host left is removed', async () => {
  await send('a', 'abc');
  expect(await fs.readdir(folder)).toHaveLength(1);
  await Uploads.open(folder);
  expect(await fs.readdir(folder)).toEqual([]);
});

test('after an hour without a word it is removed, unless somebody uses it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  const [used, abandoned] = [await send('used', 'abc'), await send('abandoned', 'abc')];
  const file = await uploads.resolve({ upload: used });
  await vi.advanceTimersByTimeAsync(59 * 60_000);
  await uploads.inspect({ upload: abandoned });
  await vi.advanceTimersByTimeAsync(59 * 60_000);
  expect((await uploads.inspect({ upload: abandoned })).name).toBe('abandoned');
  await vi.advanceTimersByTimeAsync(62 * 60_000);
  await expect(uploads.inspect({ upload: abandoned })).rejects.toEqual(code('upload-not-found'));
  expect(await fs.readFile(file.path, 'utf8')).toBe('abc');
});

test('inspecting leaves the upload where it is', async () => {
  const upload = await send('kernel', 'BZh9abc');
  expect(await uploads.inspect({ upload })).toEqual({
    name: 'kernel',
    bytes: 7,
    kind: 'unusable',
    text: expect.stringContaining('bzip2'),
  });
  expect(await fs.readdir(folder)).toEqual([upload]);
});

test('a file of this computer stays the user’s', async () => {
  const own = path.join(root, 'own.bin');
  await fs.writeFile(own, 'abc');
  const file = await uploads.resolve({ path: own });
  expect(file).toMatchObject({ path: own, name: 'own.bin', bytes: 3 });
  await file.discard();
  expect(await fs.readFile(own, 'utf8')).toBe('abc');
  expect(await uploads.inspect({ path: own })).toMatchObject({ kind: 'unusable', text: 'Text' });
});

test('paths that are of no use say why', async () => {
  const resolve = (file: string) => uploads.resolve({ path: file });
  await expect(resolve('kernel')).rejects.toEqual(code('path-not-absolute'));
  await expect(resolve('/a\0b')).rejects.toEqual(code('path-not-absolute'));
  await expect(resolve(path.join(root, 'none'))).rejects.toEqual(code('file-not-found'));
  await expect(resolve(root)).rejects.toEqual(code('not-a-file'));
  await expect(uploads.inspect({ path: root })).rejects.toEqual(code('not-a-file'));
});

test.runIf(process.platform === 'linux')('a device is no file', async () => {
  await expect(uploads.resolve({ path: '/dev/zero' })).rejects.toEqual(code('not-a-file'));
});
