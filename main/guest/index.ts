import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError, isInnError } from '../../shared/base/errors.ts';
import { makeFolder } from '../platform/folders.ts';
import { guestCacheRoot } from '../platform/paths.ts';
import { buildGuest } from './build.ts';
import { cacheKey, markUsed, publish, removeUnused, withLock } from './cache.ts';
import { type Guest, type KernelKind, MANIFEST_FILE, openGuest } from './manifest.ts';
import type { OnProgress } from './progress.ts';
import { loadRecipe } from './recipe.ts';
import { diskFull, isDiskFull } from './suites.ts';

export { joinArchives, overlayArchive } from './cpio.ts';
export type { Guest, KernelKind } from './manifest.ts';
export type { GuestProgress, OnProgress } from './progress.ts';

export interface EnsureGuestOptions {
  kernel: KernelKind;
  onProgress?: OnProgress;
  /** A guest folder made elsewhere: nothing is built or cached, its contents are verified. */
  guestDir?: string;
  /** A folder with guests that came along with the app: see `bundledGuest`. What is there is used, and nothing is built. */
  guestFolder?: string;
  /** Builds even if the guest is there. */
  force?: boolean;
  /** Never touches the network. */
  offline?: boolean;
}

/**
 * The guest, built if it is not in the cache yet (minutes, and a network the first time). With the guest in the cache this
 * takes milliseconds and touches nothing else. Throws `InnError` with a next step for everything a user can mend.
 */
export async function ensureGuest(options: EnsureGuestOptions): Promise<Guest> {
  if (options.guestDir !== undefined) return openGuest(options.guestDir, { digests: true });
  const bundled = options.force ? undefined : await bundledGuest(options.guestFolder, options.kernel);
  if (bundled) return bundled;
  const onProgress = options.onProgress ?? (() => {});
  const loaded = await loadRecipe();
  const key = cacheKey(options.kernel, loaded);
  const root = guestCacheRoot();
  const dir = path.join(root, key);
  const cached = options.force ? undefined : await openCached(dir);
  if (cached) return cached;

  const wait = () => onProgress({ step: 'Waiting for another Innkeeper that is building the guest' });
  try {
    return await withLock(path.join(root, 'lock'), wait, async () => {
      const built = options.force ? undefined : await openCached(dir);
      if (built) return built;
      const offline = options.offline ?? false;
      await publish(dir, (partial) =>
        buildGuest({ kind: options.kernel, key, loaded, root, outDir: partial, offline, onProgress }),
      );
      await removeUnused(root, key, USED_WITHIN_DAYS);
      return await openGuest(dir, { digests: false });
    });
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(root, error);
    if (isUnwritable(error)) {
      throw new InnError(`The guest cannot be kept in ${root}: ${error.message}`, {
        code: 'cache-unwritable',
        nextStep: 'Set INN_CACHE to a folder that you may write to.',
        cause: error,
      });
    }
    throw error;
  }
}

/** Guests of other recipes are removed when a new one has been built, once nobody has started them for so long. */
const USED_WITHIN_DAYS = 30;

/** What the file system says when the cache folder cannot be made or written. */
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT']);

function isUnwritable(error: unknown): error is Error {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false;
  return error.syscall === 'mkdir' && UNWRITABLE.has(String(error.code));
}

/**
 * The guest that lies ready in a folder with one for each kernel (`stock`, `small`), as an installed app has it among its
 * resources; undefined where there is none. Throws an `InnError`, `guest-damaged` or `guest-manifest`, for one that is spoilt.
 */
export async function bundledGuest(folder: string | undefined, kernel: KernelKind): Promise<Guest | undefined> {
  if (folder === undefined) return undefined;
  try {
    return await openGuest(path.join(folder, kernel), { digests: false });
  } catch (error) {
    if (!isInnError(error)) throw error;
    if (error.code === 'guest-not-found') return undefined;
    const { code, message } = error;
    throw new InnError(message, { code, nextStep: 'Install Innkeeper again.', cause: error });
  }
}

/** The guest that is ready, in `guestFolder` or in the cache, or undefined: never builds. */
export async function findGuest(kernel: KernelKind, guestFolder?: string): Promise<Guest | undefined> {
  const bundled = await bundledGuest(guestFolder, kernel);
  if (bundled) return bundled;
  return openCached(path.join(guestCacheRoot(), cacheKey(kernel, await loadRecipe())));
}

/** A guest that is missing or damaged counts as not built. */
async function openCached(dir: string): Promise<Guest | undefined> {
  try {
    const guest = await openGuest(dir, { digests: false });
    await markUsed(dir);
    return guest;
  } catch (error) {
    if (isInnError(error)) return undefined;
    throw error;
  }
}

/** Copies a guest to a folder of the user's, for another computer or an installer. Other files there stay. */
export async function copyGuest(guest: Guest, outDir: string): Promise<Guest> {
  await makeFolder(outDir);
  const { kernel, initrd, containers } = guest.manifest.files;
  // The manifest goes last: a folder that was copied in part has none, or fails its check.
  for (const name of [kernel.file, initrd.file, containers.file, MANIFEST_FILE]) {
    await fs.copyFile(path.join(guest.dir, name), path.join(outDir, name));
  }
  return openGuest(outDir, { digests: true });
}
