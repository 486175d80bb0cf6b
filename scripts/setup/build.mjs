/**
 * Compiles the sources to JavaScript. Node 24 would run them as they are, but strips their types anew in every thread, which
 * costs each a quarter of a second and 10 MiB. The compiler redoes nothing that has not changed.
 */

import path from 'node:path';
import { run } from './child.mjs';
import { commandOf } from './node24.mjs';
import { SetupError } from './report.mjs';

const OUT = 'build/js';

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
