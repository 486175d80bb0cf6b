import { homedir } from 'node:os';
import path from 'node:path';

/** What decides where files go; tests pass their own. */
export interface PathEnvironment {
  platform: NodeJS.Platform;
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

function currentEnvironment(): PathEnvironment {
  return { platform: process.platform, home: homedir(), env: process.env };
}

/**
 * The folder for everything that can be made again: `$INN_CACHE`, else the cache folder of the operating system.
 * Linux: `$XDG_CACHE_HOME/innkeeper` (XDG Base Directory 0.8; a relative value is ignored as the specification asks).
 * The folder need not exist yet.
 */
export function cacheRoot(from: PathEnvironment = currentEnvironment()): string {
  const { platform, home, env } = from;
  const join = platform === 'win32' ? path.win32.join : path.posix.join;
  if (env.INN_CACHE) return path.resolve(env.INN_CACHE);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Innkeeper', 'Cache');
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'Innkeeper');
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg && path.posix.isAbsolute(xdg) ? xdg : join(home, '.cache'), 'innkeeper');
}

/** Where built guests live: one folder per key, plus `downloads` and unfinished work. */
export function guestCacheRoot(from: PathEnvironment = currentEnvironment()): string {
  return path.join(cacheRoot(from), 'guest');
}

/**
 * The data folder: machines, preferences and what else must not be lost. `$INN_HOME`, else the data folder of the operating
 * system; on Windows the local one, for disks do not belong in a roaming profile. The folder need not exist yet.
 */
export function dataRoot(from: PathEnvironment = currentEnvironment()): string {
  const { platform, home, env } = from;
  const join = platform === 'win32' ? path.win32.join : path.posix.join;
  if (env.INN_HOME) return path.resolve(env.INN_HOME);
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Innkeeper');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Innkeeper');
  const xdg = env.XDG_DATA_HOME;
  return join(xdg && path.posix.isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'innkeeper');
}
