/**
 * Runs one of our entry files under Node 24, after installing what npm packages it needs: `run.mjs FILE [ARGUMENT...]`.
 * What belongs to the product runs as it is built.
 */

import { builtFile, ensureBuild, ensureWindow } from './setup/build.mjs';
import { run } from './setup/child.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript } from './setup/report.mjs';

await runScript(async () => {
  await ensureDependencies();
  const node = findNode24();
  await ensureBuild(node);
  const [file = '', ...args] = process.argv.slice(2);
  if (args[0] === 'serve') await ensureWindow(node);
  return run(node, [file.startsWith('main/') ? builtFile(file) : file, ...args], { env: environmentFor(node) });
});
