/**
 * The Node that Innkeeper's sources run under: 24, which runs TypeScript directly. Set-up itself only needs Node 20.
 * The binary is an ordinary npm package, one per system; npm installs the one that fits.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './paths.mjs';
import { SetupError } from './report.mjs';

const MAJOR = 24;

/** @param {string} file */
function works(file) {
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return status === 0 && Number(/^v(\d+)\./.exec(stdout)?.[1]) >= MAJOR;
}

/**
 * Path of a Node of version 24 or newer: the one from npm, else the one that runs this script.
 * May only be called when the npm packages are installed.
 */
export function findNode24() {
  const name = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const binary = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const candidates = [`node-${name}`, `node-bin-${name}`]
    .map((packageName) => path.join(ROOT, 'node_modules', packageName, binary))
    .filter((file) => existsSync(file));
  const found = [...candidates, process.execPath].find(works);
  if (found) return found;
  throw new SetupError(
    `Innkeeper runs under Node ${MAJOR}, and npm has none for ${name} that works here.`,
    `Install Node ${MAJOR} or newer yourself and run the same command with it (this is ${process.version}).`,
  );
}

/**
 * Environment in which `node` means the given binary.
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(node) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [name]: `${path.dirname(node)}${path.delimiter}${process.env[name] ?? ''}` };
}

/**
 * The JavaScript file behind a command of an installed npm package, to be run with Node 24.
 * @param {string} packageName
 * @param {string} [command] when it differs from the package's name
 */
export function commandOf(packageName, command = packageName) {
  const folder = path.join(ROOT, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : bin[command]);
}
