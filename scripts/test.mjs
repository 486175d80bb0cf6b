/**
 * `npm test [-- STAGE... [FILE...]]`: all set-up, then types, lint, unit, jit, differential, boot, e2e and package tests, or only
 * the named stages, of whose tests only the named files and folders.
 * `npm run test:long [-- STAGE... | FILE...]`: the soak and long fuzz files.
 * A stage that fails does not stop the next; the last line counts all of them.
 */

import { existsSync } from 'node:fs';
import { ensureBuild, ensureWindow } from './setup/build.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureGuest } from './setup/guest.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript, SetupError, sayError } from './setup/report.mjs';
import { ensureTools, TEST_TOOLS } from './setup/system.mjs';
import { CHECKS } from './stages/checks.mjs';
import { runVitest } from './stages/vitest.mjs';

const VITEST_STAGES = ['unit', 'jit', 'differential', 'boot', 'e2e', 'package'];
/** Stages that start guests, and those that run the product as it is built. */
const WITH_GUESTS = ['boot', 'e2e', 'package'];
const WITH_BUILD = ['e2e', 'package'];
const STAGES = ['types', 'lint', ...VITEST_STAGES];

/** @type {import('./stages/vitest-counts.mjs').Counts} */
const total = { passed: 0, failed: [], skipped: [] };

/** @param {string} text */
function heading(text) {
  process.stdout.write(`\n== ${text}\n`);
}

/**
 * Runs one counted step: a thrown error and `false` count as a failure.
 * @param {string} name
 * @param {() => Promise<boolean | undefined | void>} step
 */
async function counted(name, step) {
  heading(name);
  const started = Date.now();
  let passed = false;
  try {
    passed = (await step()) !== false;
  } catch (error) {
    sayError(error);
  }
  process.stdout.write(`${passed ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  if (passed) total.passed += 1;
  else total.failed.push(name);
}

/** @param {readonly string[]} lines */
const bullets = (lines) => lines.map((line) => `  - ${line}\n`).join('');

function printTotal() {
  /** @type {Map<string, number>} */
  const reasons = new Map();
  for (const { reason } of total.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  let text = '\n';
  if (total.failed.length > 0) text += `Failed:\n${bullets(total.failed)}`;
  if (reasons.size > 0) text += `Skipped:\n${bullets([...reasons].map(([reason, count]) => `${count}: ${reason}`))}`;
  process.stdout.write(
    `${text}${total.passed} passed, ${total.failed.length} failed, ${total.skipped.length} skipped\n`,
  );
}

await runScript(async () => {
  const args = process.argv.slice(2);
  const long = args.includes('--long');
  const rest = args.filter((arg) => arg !== '--long');
  const named = rest.filter((arg) => STAGES.includes(arg));
  const filters = rest.filter((arg) => !STAGES.includes(arg));
  const strange = filters.filter((filter) => !existsSync(filter));
  if (strange.length > 0 && !long) {
    throw new SetupError(`No such stage or file: ${strange.join(' ')}`, `The stages are: ${STAGES.join(' ')}`);
  }
  if (filters.length > 0 && named.length === 0 && !long) {
    throw new SetupError('Files of which stage?', `Name it first: npm test -- unit ${filters.join(' ')}`);
  }
  const wants = (/** @type {string} */ stage) => named.length === 0 || named.includes(stage);

  await ensureDependencies();
  const node = findNode24();
  const env = { ...environmentFor(node), INN_LONG: long ? '1' : '0' };

  if (!long) {
    for (const check of CHECKS.filter(({ stage }) => wants(stage)))
      await counted(check.name, () => check.passes(node, env));
  }
  if (VITEST_STAGES.some(wants)) await counted('programs that tests need', () => ensureTools(TEST_TOOLS));
  if (WITH_BUILD.some(wants)) {
    await counted('build', () => ensureBuild(node));
    await counted('window', () => ensureWindow(node));
  }
  if (WITH_GUESTS.some(wants)) {
    await counted('stock guest', () => ensureGuest(node, env, 'stock'));
    await counted('small guest', () => ensureGuest(node, env, 'small'));
  }
  for (const name of VITEST_STAGES.filter(wants)) {
    heading(`${name} tests`);
    const counts = await runVitest(node, env, {
      name: long ? `${name}-long` : name,
      project: name,
      filters,
      mayBeEmpty: long,
    });
    total.passed += counts.passed;
    total.failed.push(...counts.failed);
    total.skipped.push(...counts.skipped);
  }
  printTotal();
  return total.failed.length === 0 ? 0 : 1;
});
