/**
 * `npm start`: everything from a bare clone to the window: in Electron where its binary and a display are there, else in a
 * browser, whose URL it prints. Arguments go on to what is started.
 */

import { builtFile, ensureBuild, ensureWindow } from './setup/build.mjs';
import { run } from './setup/child.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { findElectron, whyNoWindow } from './setup/electron.mjs';
import { environmentFor, findNode24 } from './setup/node24.mjs';
import { runScript, say } from './setup/report.mjs';

await runScript(async () => {
  const args = process.argv.slice(2);
  await ensureDependencies();
  const node = findNode24();
  await ensureBuild(node);
  await ensureWindow(node);
  const electron = findElectron();
  const obstacle = whyNoWindow();
  if (electron && obstacle === undefined) return run(electron, ['.', ...args]);
  say(`Serving the window to a browser: ${obstacle}.`);
  return run(node, [builtFile('main/cli/inn.entry.ts'), 'serve', ...args], { env: environmentFor(node) });
});
