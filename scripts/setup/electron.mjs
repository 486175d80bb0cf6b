/** Electron's binary, which its npm package fetches by itself only when it is first asked for. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.mjs';

/** Path of the binary, where it has been fetched; undefined where not. Never fetches anything. */
export function findElectron() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(ROOT, 'node_modules/electron/dist');
  const nameFile = path.join(ROOT, 'node_modules/electron/path.txt');
  if (!existsSync(nameFile)) return undefined;
  const binary = path.join(folder, readFileSync(nameFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

/** Whether a window can be shown. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
