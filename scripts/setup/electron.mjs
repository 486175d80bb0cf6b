/** Electron's binary, which its npm package fetches by itself only when it is first asked for. */

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.mjs';

const PACKAGE = path.join(ROOT, 'node_modules/electron');

/**
 * Path of the binary, where it has been fetched or `ELECTRON_OVERRIDE_DIST_PATH` names its folder; undefined where not. Never
 * fetches anything.
 */
export function findElectron() {
  const nameFile = path.join(PACKAGE, 'path.txt');
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  // As the npm package has it: the file appears when it has fetched the binary
  const name = existsSync(nameFile) ? readFileSync(nameFile, 'utf8').trim() : override && 'electron';
  if (!name) return undefined;
  const binary = path.join(override ?? path.join(PACKAGE, 'dist'), name);
  return existsSync(binary) ? binary : undefined;
}

/** Whether a window can be shown. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Why `npm start` opens no window of its own, as half a sentence; undefined where it can. */
export function whyNoWindow() {
  if (!hasDisplay()) return 'there is no display';
  if (findElectron() === undefined) return "Electron's binary is not installed (npx install-electron fetches it)";
  // Chromium's sandbox needs another user, and without it we do not start
  if (process.platform === 'linux' && process.getuid?.() === 0) return 'Electron does not run as root';
  return undefined;
}
