import { spawnSync } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheKey, markUsed, publish, removeUnused, withLock } from './cache.ts';

let dir = '';
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(tmpdir(), 'inn-cache-'));
});
afterEach(() => fs.rm(dir, { recursive: true, force: true }));

const inputs = (change: object = {}) => ({
  recipeText: '{}',
  files: new Map([
    ['a', Buffer.from('1')],
    ['b', Buffer.from('2')],
  ]),
  smallConfig: 'CONFIG_X=y',
  ...change,
});

test('the key names the kernel and follows every input', () => {
  const key = cacheKey('stock', inputs());
  expect(key).toMatch(/^stock-[0-9a-f]{16}$/);
  const reordered = new Map([...inputs().files].reverse());
  expect(cacheKey('stock', inputs({ files: reordered }))).toBe(key);
  expect(cacheKey('stock', inputs({ recipeText: '{ }' }))).not.toBe(key);
  expect(cacheKey('stock', inputs({ files: new Map([['a', Buffer.from('1')]]) }))).not.toBe(key);
  // The same letters split otherwise.
  expect(cacheKey('stock', inputs({ files: new Map([['a1', Buffer.from('')]]) }))).not.toBe(
    cacheKey('stock', inputs({ files: new Map([['a', Buffer.from('1')]]) })),
  );
});

test("the small kernel's configuration counts for the small kernel only", () => {
  const changed = inputs({ smallConfig: 'CONFIG_Y=y' });
  expect(cacheKey('stock', changed)).toBe(cacheKey('stock', inputs()));
  expect(cacheKey('small', changed)).not.toBe(cacheKey('small', inputs()));
});

test('a folder is published whole or not at all', async () => {
  const target = path.join(dir, 'guest');
  const fail = publish(target, async (partial) => {
    await fs.writeFile(path.join(partial, 'half'), '');
    throw new Error('no more');
  });
  await expect(fail).rejects.toThrow('no more');
  expect(await fs.readdir(dir)).toEqual([]);
  await fs.mkdir(`${target}.partial-1`);
  await publish(target, (partial) => fs.writeFile(path.join(partial, 'one'), ''));
  await publish(target, (partial) => fs.writeFile(path.join(partial, 'two'), ''));
  expect(await fs.readdir(target)).toEqual(['two']);
  expect(await fs.readdir(dir)).toEqual(['guest']);
});

test('work under a lock never overlaps, and whoever waits is told once', async () => {
  const lock = path.join(dir, 'sub', 'lock');
  const log: string[] = [];
  const work = (name: string) =>
    withLock(
      lock,
      () => log.push(`${name} waits`),
      async () => {
        log.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 30));
        log.push(`${name} ends`);
      },
    );
  await Promise.all([work('a'), new Promise((resolve) => setTimeout(resolve, 5)).then(() => work('b'))]);
  expect(log).toEqual(['a begins', 'b waits', 'a ends', 'b begins', 'b ends']);
});

test('the lock of a process that is gone is taken over, and a failure frees it', async () => {
  const lock = path.join(dir, 'lock');
  const gone = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' }).stdout.trim();
  expect(Number(gone)).toBeGreaterThan(0);
  await fs.writeFile(lock, gone);
  const failing = withLock(
    lock,
    () => {},
    () => Promise.reject(new Error('oops')),
  );
  await expect(failing).rejects.toThrow('oops');
  expect(await fs.readdir(dir)).toEqual([]);
});

test('guests that nobody asked for in a long time are removed, and nothing else', async () => {
  const days = (ago: number) => new Date(Date.now() - ago * 86_400_000);
  const key = (letter: string) => `stock-${letter.repeat(16)}`;
  for (const [name, ago] of [
    [key('a'), 31],
    [key('b'), 29],
    [key('c'), 400],
    [key('d'), 400],
    ['downloads', 400],
    [`${key('e')}.partial-1`, 400],
  ] as const) {
    await fs.mkdir(path.join(dir, name));
    await fs.writeFile(path.join(dir, name, 'Image'), '');
    await fs.utimes(path.join(dir, name), days(ago), days(ago));
  }
  await markUsed(path.join(dir, key('c')));
  await removeUnused(dir, key('d'), 30);
  expect((await fs.readdir(dir)).sort()).toEqual(
    [key('b'), key('c'), key('d'), `${key('e')}.partial-1`, 'downloads'].sort(),
  );
});
