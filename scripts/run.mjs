/** Runs one of our entry files under Node 24, after installing what npm packages it needs: `run.mjs FILE [ARGUMENT...]`. */

import { run } from './setup/child.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript } from './setup/report.mjs';

await runScript(async () => {
  await ensureDependencies();
  const node = findNode24();
  return run(node, process.argv.slice(2), { env: environmentFor(node) });
});
