/** `npm start`: everything from a bare clone to a Linux prompt. Arguments go on to `inn try`, which builds the guest it boots. */

import { builtFile, ensureBuild } from './setup/build.mjs';
import { run } from './setup/child.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureSmallKernelTools } from './setup/guest.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript } from './setup/report.mjs';

/** `--kernel small`, in every way that it can be written. */
const SMALL = /(?:^| )(?:--kernel[ =]|-k ?)small(?: |$)/;

await runScript(async () => {
  const args = process.argv.slice(2);
  await ensureDependencies();
  const node = findNode24();
  if (SMALL.test(args.join(' '))) await ensureSmallKernelTools(node);
  await ensureBuild(node);
  return run(node, [builtFile('main/cli/inn.entry.ts'), 'try', ...args], { env: environmentFor(node) });
});
