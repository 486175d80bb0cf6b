/** `npm start`: everything from a bare clone to a Linux prompt. Arguments go on to `inn try`. */

import { run } from './setup/child.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { ensureGuest } from './setup/guest.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript } from './setup/report.mjs';

/** With one of these there is nothing to build: the user brings a guest, or only wants to read. */
const NO_GUEST_NEEDED = /^(--guest(=.*)?|--help|-h)$/;

await runScript(async () => {
  const args = process.argv.slice(2);
  await ensureDependencies();
  const node = findNode24();
  const env = environmentFor(node);
  if (!args.some((arg) => NO_GUEST_NEEDED.test(arg))) await ensureGuest(node, env, 'stock');
  return run(node, ['main/cli/inn.entry.ts', 'try', ...args], { env });
});
