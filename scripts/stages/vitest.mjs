/** Runs vitest and answers what it counted. */

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { run } from '../setup/child.mjs';
import { commandOf } from '../setup/node24.mjs';
import { ROOT } from '../setup/paths.mjs';

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 * @param {{ name: string, project: string, filters: readonly string[], mayBeEmpty: boolean }} stage
 * @returns {Promise<import('./vitest-counts.mjs').Counts>}
 */
export async function runVitest(node, env, { name, project, filters, mayBeEmpty }) {
  const file = path.join(ROOT, 'build', 'tests', `${name}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=./scripts/stages/vitest-counts.mjs'];
  const args = ['--project', project, ...(mayBeEmpty ? ['--passWithNoTests'] : []), ...filters];
  const status = await run(node, [commandOf('vitest'), 'run', ...reporters, ...args], {
    env: { ...env, INN_COUNTS: file },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  /** @type {import('./vitest-counts.mjs').Counts} */
  let counts;
  try {
    counts = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    if (status === 0 && mayBeEmpty) return { passed: 0, failed: [], skipped: [] };
    return { passed: 0, failed: [`vitest ended with status ${status} before it could count`], skipped: [] };
  }
  // Whatever else made vitest fail (no test files at all, a broken set-up file) counts as one failure.
  if (status !== 0 && counts.failed.length === 0) counts.failed.push(`vitest ended with status ${status}`);
  if (!mayBeEmpty && counts.passed + counts.failed.length + counts.skipped.length === 0)
    counts.failed.push('no tests were found');
  return counts;
}
