/** `npm run lint` and `npm run typecheck`: the static checks of `npm test` alone. Arguments are names of stages. */

import { ensureDependencies } from './setup/dependencies.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript } from './setup/report.mjs';
import { CHECKS } from './stages/checks.mjs';

await runScript(async () => {
  const wanted = new Set(process.argv.slice(2));
  await ensureDependencies();
  const node = findNode24();
  const env = environmentFor(node);
  let failed = 0;
  for (const check of CHECKS.filter(({ stage }) => wanted.has(stage))) {
    if (!(await check.passes(node, env))) failed += 1;
  }
  return failed === 0 ? 0 : 1;
});
