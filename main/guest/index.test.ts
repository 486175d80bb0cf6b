import { spawnSync } from 'node:child_process';
import { promises as fs } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeTestGuest } from '../../tests/fixtures/guest-folder.ts';
import { cacheKey } from './cache.ts';
import { bundledGuest, copyGuest, ensureGuest, findGuest } from './index.ts';
import { loadRecipe } from './recipe.ts';

let dir = '';
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(tmpdir(), 'inn-index-'));
  vi.stubEnv('INN_CACHE', dir);
  // Nothing in here may run apt: with this path any attempt ends in `guest-no-apt`.
  vi.stubEnv('PATH', '/nonexistent');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await fs.rm(dir, { recursive: true, force: true });
});

async function fillCache(): Promise<string> {
  const key = cacheKey('stock', await loadRecipe());
  await writeTestGuest(path.join(dir, 'guest', key), key);
  return path.join(dir, 'guest', key);
}

test('an empty cache has no guest; asking for one builds', async () => {
  expect(await findGuest('stock')).toBeUndefined();
  await expect(ensureGuest({ kernel: 'stock' })).rejects.toMatchObject({ code: 'guest-no-apt' });
  // A failed build leaves nothing that looks like a guest.
  expect(await fs.readdir(path.join(dir, 'guest'))).toEqual([]);
});

test('a cache folder that cannot be made', async () => {
  await fs.writeFile(path.join(dir, 'file'), '');
  vi.stubEnv('INN_CACHE', path.join(dir, 'file', 'cache'));
  await expect(ensureGuest({ kernel: 'stock' })).rejects.toMatchObject({ code: 'cache-unwritable' });
});

test('a guest in the cache is used without running anything', async () => {
  const there = await fillCache();
  expect((await ensureGuest({ kernel: 'stock' })).dir).toBe(there);
  expect((await findGuest('stock'))?.dir).toBe(there);
  expect(await findGuest('small')).toBeUndefined();
});

test('a damaged guest counts as not built, and force builds again', async () => {
  const there = await fillCache();
  await expect(ensureGuest({ kernel: 'stock', force: true })).rejects.toMatchObject({ code: 'guest-no-apt' });
  // The old one stays until a new one is complete.
  expect((await findGuest('stock'))?.dir).toBe(there);
  await fs.rm(path.join(there, 'Image'));
  expect(await findGuest('stock')).toBeUndefined();
});

test('a guest made elsewhere is verified, whatever the cache holds', async () => {
  const elsewhere = path.join(dir, 'elsewhere');
  const copy = await copyGuest(await ensureGuest({ kernel: 'stock', guestDir: await fillCache() }), elsewhere);
  expect(copy.kernel).toBe(path.join(elsewhere, 'Image'));
  await fs.writeFile(copy.kernel, 'KERNEL');
  await expect(ensureGuest({ kernel: 'stock', guestDir: elsewhere })).rejects.toMatchObject({ code: 'guest-damaged' });
  await expect(ensureGuest({ kernel: 'stock', guestDir: path.join(dir, 'nowhere') })).rejects.toMatchObject({
    code: 'guest-not-found',
  });
});

test('a guest that came with the app is used before all others; one that is missing is not', async () => {
  const folder = path.join(dir, 'resources');
  const bundled = path.join(folder, 'stock');
  const cached = await fillCache();
  expect(await bundledGuest(undefined, 'stock')).toBeUndefined();
  expect(await bundledGuest(folder, 'stock')).toBeUndefined();
  expect((await ensureGuest({ kernel: 'stock', guestFolder: folder })).dir).toBe(cached);
  await copyGuest(await ensureGuest({ kernel: 'stock' }), bundled);
  expect((await ensureGuest({ kernel: 'stock', guestFolder: folder })).dir).toBe(bundled);
  expect((await findGuest('stock', folder))?.dir).toBe(bundled);
  await fs.rm(path.join(bundled, 'Image'));
  await expect(findGuest('stock', folder)).rejects.toMatchObject({
    code: 'guest-damaged',
    nextStep: 'Install Innkeeper again.',
  });
});

test("the recipe's scripts are shell programs without syntax errors", async () => {
  const { files } = await loadRecipe();
  const scripts = [...files].filter(([, content]) => content.toString().startsWith('#!/bin/sh\n'));
  expect(scripts.map(([guestPath]) => guestPath)).toContain('etc/init.d/rcS');
  for (const [guestPath, content] of scripts) {
    const { status, stderr } = spawnSync('/bin/sh', ['-n'], { input: content, encoding: 'utf8' });
    expect({ guestPath, status, stderr }).toEqual({ guestPath, status: 0, stderr: '' });
  }
});
