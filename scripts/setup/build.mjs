/**
 * Compiles the sources to JavaScript. Node 24 would run them as they are, but strips their types anew in every thread, which
 * costs each a quarter of a second and 10 MiB. Neither the compiler nor the bundler redoes what has not changed.
 */

import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './child.mjs';
import { commandOf } from './node24.mjs';
import { ROOT } from './paths.mjs';
import { SetupError } from './report.mjs';

const OUT = 'build/js';
const WINDOW = 'build/renderer';
/** What the window is bundled from. */
const WINDOW_SOURCES = ['renderer', 'shared', 'vite.config.ts', 'package-lock.json'];

/**
 * Path, from the root, of what a source file under `main/` or `shared/` compiles to.
 * @param {string} source
 */
export function builtFile(source) {
  return path.posix.join(OUT, source.replace(/\.ts$/, '.js'));
}

/** @param {string} node path of Node 24 */
export async function ensureBuild(node) {
  const status = await run(node, [commandOf('typescript', 'tsc'), '-p', 'tsconfig.build.json'], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    throw new SetupError(
      `The sources could not be compiled (status ${status}).`,
      'Run npm run typecheck for the errors.',
    );
  }
}

/**
 * Bundles the window into `build/renderer`, unless it is newer than all that it is made of.
 * @param {string} node path of Node 24
 */
export async function ensureWindow(node) {
  const stamp = path.join(ROOT, WINDOW, '.sources');
  const sources = sourcesOfWindow();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  const status = await run(node, [commandOf('vite'), 'build', '--logLevel', 'warn'], {
    stdio: ['ignore', 2, 2],
    // Under a test runner that says `test`, libraries would take the page for one without a layout
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (status !== 0) {
    throw new SetupError(`The window could not be bundled (status ${status}).`, 'The message above says where.');
  }
  writeFileSync(stamp, sources);
}

/** Names, sizes and times of everything that goes into the window. */
function sourcesOfWindow() {
  /** @param {string} file @returns {string[]} */
  const list = (file) => {
    const stat = statSync(path.join(ROOT, file));
    if (!stat.isDirectory()) return [`${file} ${stat.size} ${stat.mtimeMs}`];
    return readdirSync(path.join(ROOT, file)).flatMap((name) => list(path.posix.join(file, name)));
  };
  return WINDOW_SOURCES.filter((file) => existsSync(path.join(ROOT, file)))
    .flatMap(list)
    .join('\n');
}
