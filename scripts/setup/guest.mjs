/** The Linux guest. The builder keeps a cache of its own, so asking again costs next to nothing. */

import { run } from './child.mjs';
import { SetupError } from './report.mjs';

/**
 * Builds a kernel and its initramfs unless the cache has them.
 * @param {string} node path of Node 24
 * @param {NodeJS.ProcessEnv} env
 * @param {'stock' | 'small'} kernel
 */
export async function ensureGuest(node, env, kernel) {
  const status = await run(node, ['main/guest/build.entry.ts', '--kernel', kernel], { env, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    throw new SetupError(
      `The ${kernel} guest could not be built (status ${status}).`,
      'Follow the message above, or give a guest folder built elsewhere: npm start -- --guest DIR',
    );
  }
}
