/** The Linux guest. The builder keeps a cache of its own, so asking again costs next to nothing. */

import { spawnSync } from 'node:child_process';
import { run } from './child.mjs';
import { ROOT } from './paths.mjs';
import { SetupError } from './report.mjs';
import { ensureTools } from './system.mjs';

/**
 * The programs that compile the small kernel. The builder knows them (a record of program -> Debian package), but in
 * TypeScript, which the Node that runs this script may not read.
 * @param {string} node
 * @returns {import('./system.mjs').Tool[]}
 */
function smallKernelTools(node) {
  const program =
    "import { SMALL_KERNEL_TOOLS } from './main/guest/small.ts'; console.log(JSON.stringify(SMALL_KERNEL_TOOLS))";
  const { status, stdout, stderr } = spawnSync(node, ['--input-type=module', '-e', program], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The builder's list of programs could not be read: ${stderr}`);
  return Object.entries(JSON.parse(stdout)).map(([probe, debian]) => ({
    probe,
    debian,
    why: 'compiles the small kernel',
  }));
}

/**
 * Installs what compiles the small kernel, or says what is missing.
 * @param {string} node
 */
export async function ensureSmallKernelTools(node) {
  await ensureTools(smallKernelTools(node));
}

/**
 * Builds a kernel and its initramfs unless the cache has them.
 * @param {string} node path of Node 24
 * @param {NodeJS.ProcessEnv} env
 * @param {'stock' | 'small'} kernel
 * @param {string} [copyTo] a folder that it is copied to besides
 */
export async function ensureGuest(node, env, kernel, copyTo) {
  if (kernel === 'small') await ensureSmallKernelTools(node);
  const args = ['main/guest/build.entry.ts', '--kernel', kernel, ...(copyTo === undefined ? [] : ['--out', copyTo])];
  const status = await run(node, args, { env, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    throw new SetupError(
      `The ${kernel} guest could not be built (status ${status}).`,
      'Follow the message above, or give a guest folder built elsewhere: npm run inn -- try --guest DIR',
    );
  }
}
