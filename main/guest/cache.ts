import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from '../platform/folders.ts';
import type { KernelKind } from './manifest.ts';
import type { LoadedRecipe } from './recipe.ts';

/** Part of every key. Raise it when the same recipe gives another guest. */
const BUILDER_VERSION = 1;

/** Names the guest that this recipe gives: `stock-` or `small-` and 16 hex digits of the digest of all inputs. */
export function cacheKey(kind: KernelKind, loaded: Omit<LoadedRecipe, 'recipe'>): string {
  const hash = createHash('sha256');
  // Lengths go first, so that no two lists of inputs look alike.
  const add = (text: string | Uint8Array) => hash.update(`${text.length}:`).update(text);
  add(String(BUILDER_VERSION));
  add(loaded.recipeText);
  for (const [guestPath, content] of [...loaded.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(guestPath);
    add(content);
  }
  if (kind === 'small') add(loaded.smallConfig);
  return `${kind}-${hash.digest('hex').slice(0, 16)}`;
}

/**
 * Makes `dir` with `fill` so that it is there whole or not at all: `fill` gets a folder beside it that is renamed in the end.
 * Replaces a `dir` that exists. One process at a time may publish a `dir`: what others left unfinished is removed.
 */
export async function publish(dir: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const prefix = `${path.basename(dir)}.partial-`;
  for (const name of await fs.readdir(path.dirname(dir)).catch(() => [])) {
    if (name.startsWith(prefix)) await fs.rm(path.join(path.dirname(dir), name), { recursive: true, force: true });
  }
  const partial = path.join(path.dirname(dir), prefix + process.pid);
  await makeFolder(partial);
  try {
    await fill(partial);
    await fs.rm(dir, { recursive: true, force: true });
    await fs.rename(partial, dir);
  } catch (error) {
    await fs.rm(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Notes that a guest was asked for, as its folder's time of modification. A cache that may not be written is no reason to fail. */
export async function markUsed(dir: string): Promise<void> {
  const now = new Date();
  await fs.utimes(dir, now, now).catch(() => {});
}

const GUEST_FOLDER = /^(?:stock|small)-[0-9a-f]{16}$/;
const MS_PER_DAY = 86_400_000;

/** Removes the guests below `root`, but for `key`, that nobody has asked for in so many days; not what else is there. */
export async function removeUnused(root: string, key: string, days: number): Promise<void> {
  const since = Date.now() - days * MS_PER_DAY;
  for (const name of await fs.readdir(root)) {
    if (name === key || !GUEST_FOLDER.test(name)) continue;
    const dir = path.join(root, name);
    const { mtimeMs } = await fs.stat(dir);
    if (mtimeMs < since) await fs.rm(dir, { recursive: true, force: true });
  }
}

const LOCK_POLL_MS = 250;

/**
 * Runs `work` while no other process does with the same `lockFile`, which holds the owner's process id. A lock whose owner is
 * gone is taken over. `onWait` is called once if there is something to wait for.
 */
export async function withLock<T>(lockFile: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await makeFolder(path.dirname(lockFile));
  let waited = false;
  while (!(await takeLock(lockFile))) {
    if (!waited) onWait();
    waited = true;
    await sleep(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    await fs.rm(lockFile, { force: true });
  }
}

async function takeLock(lockFile: string): Promise<boolean> {
  try {
    await fs.writeFile(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = Number(await fs.readFile(lockFile, 'utf8').catch(() => ''));
  // An empty file belongs to someone who is about to write it.
  if (owner > 0 && !isAlive(owner)) await removeStaleLock(lockFile, owner);
  return false;
}

/** Moves the lock away and gives it back if it turns out that someone else took it over in the meantime. */
async function removeStaleLock(lockFile: string, owner: number): Promise<void> {
  const aside = `${lockFile}.stale-${process.pid}`;
  try {
    await fs.rename(lockFile, aside);
    if ((await fs.readFile(aside, 'utf8')) !== String(owner)) await fs.link(aside, lockFile);
    await fs.rm(aside);
  } catch (error) {
    // Gone: its taker was faster in every way.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
