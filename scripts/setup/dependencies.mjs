/** npm packages: installed exactly as `package-lock.json` says, and only when they are not. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { ROOT } from './paths.mjs';
import { SetupError, say } from './report.mjs';

/** Of the Node that runs set-up; the program itself gets its own (node24.mjs). */
const OLDEST_NODE = 20;

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], peer?: boolean }} LockEntry
 * @typedef {Record<string, LockEntry>} LockEntries
 */

/**
 * @param {string} file
 * @returns {LockEntries | undefined} undefined when there is no such file or it is not a lock file
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Whether `node_modules` holds what the lock file says. npm writes `node_modules/.package-lock.json` as the last step of an
 * installation, so an interrupted one does not match. Optional packages may be absent (they are for other systems).
 * @param {LockEntries} wanted
 * @param {LockEntries | undefined} installed
 */
export function matchesLock(wanted, installed) {
  if (!installed) return false;
  const names = Object.keys(wanted).filter((name) => name !== '');
  return (
    Object.keys(installed).every((name) => name in wanted) &&
    names.every((name) =>
      name in installed ? installed[name]?.version === wanted[name]?.version : (wanted[name]?.optional ?? false),
    )
  );
}

/** Runs `npm ci` unless `node_modules` already matches the lock file. */
export async function ensureDependencies() {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    throw new SetupError(
      `This is Node ${process.version}; set-up needs ${OLDEST_NODE} or newer.`,
      'Install a newer Node from https://nodejs.org or your package manager.',
    );
  }
  const wanted = readLock(path.join(ROOT, 'package-lock.json'));
  if (!wanted)
    throw new SetupError('package-lock.json is missing or damaged.', 'Restore it with: git checkout package-lock.json');
  if (matchesLock(wanted, readLock(path.join(ROOT, 'node_modules', '.package-lock.json')))) return;
  say('Installing the npm packages of package-lock.json');
  // Under `npm run`, npm_execpath is npm's own JavaScript: no shell and no PATH needed (npm is a .cmd file on Windows).
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const status = npm?.endsWith('.js')
    ? await run(process.execPath, [npm, ...args], { stdio: ['ignore', 2, 2] })
    : await run('npm', args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status !== 0) {
    throw new SetupError(
      `npm ci failed with status ${status}.`,
      "Read npm's message above; with no network, connect once or configure a reachable npm registry, then try again.",
    );
  }
}
