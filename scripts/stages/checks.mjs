/** The static checks: each is one command that succeeds or fails. */

import { run } from '../setup/child.mjs';
import { commandOf } from '../setup/node24.mjs';

/**
 * @param {string} stage stage of `npm test` that the check belongs to
 * @param {string} name
 * @param {string} packageName
 * @param {string} command
 * @param {readonly string[]} args
 */
function check(stage, name, packageName, command, args) {
  return {
    stage,
    name,
    /**
     * @param {string} node
     * @param {NodeJS.ProcessEnv} env
     */
    async passes(node, env) {
      return (
        (await run(node, [commandOf(packageName, command), ...args], {
          env,
          stdio: ['ignore', 'inherit', 'inherit'],
        })) === 0
      );
    },
  };
}

/** In the order in which they run. */
export const CHECKS = [
  check('types', 'types of all layers (tsc)', 'typescript', 'tsc', ['-b']),
  check('lint', 'format and lint (biome)', '@biomejs/biome', 'biome', ['ci', '.']),
  check('lint', 'promises, cycles and type-aware lint (oxlint)', 'oxlint', 'oxlint', [
    '--type-aware',
    '--deny-warnings',
  ]),
  check('lint', 'dead code and dependencies (knip)', 'knip', 'knip', ['--no-progress', '--no-config-hints']),
];
