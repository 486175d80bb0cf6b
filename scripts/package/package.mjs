/**
 * `npm run package -- [ARGUMENT...]`: builds the app's packages into `build/package`. Arguments are electron-builder's:
 * `--linux --dir` makes the unpacked folder alone. Electron's binary is fetched, unless `-c.electronDist=FOLDER` names one.
 */

import path from 'node:path';
import { ensureBuild, ensureWindow } from '../setup/build.mjs';
import { run } from '../setup/child.mjs';
import { ensureDependencies } from '../setup/dependencies.mjs';
import { ensureGuest } from '../setup/guest.mjs';
import { commandOf, environmentFor, findNode24 } from '../setup/node24.mjs';
import { ROOT } from '../setup/paths.mjs';
import { runScript, SetupError } from '../setup/report.mjs';
import { removeStale } from './stale.mjs';

const GUESTS = /** @type {const} */ (['stock', 'small']);

await runScript(async () => {
  await ensureDependencies();
  const node = findNode24();
  const env = environmentFor(node);
  await ensureBuild(node);
  await ensureWindow(node);
  removeStale();
  const folders = [];
  for (const kernel of GUESTS) {
    const folder = path.join(ROOT, 'build/guest', kernel);
    await ensureGuest(node, env, kernel, folder);
    folders.push(folder);
  }
  // They need what only an installed tree has
  const { renderIcons } = await import('./icons.mjs');
  const { writeNotices } = await import('./notices.mjs');
  await renderIcons();
  writeNotices(folders);
  const args = ['--config', 'electron-builder.yml', '--publish', 'never', ...process.argv.slice(2)];
  const status = await run(node, [commandOf('electron-builder'), ...args], { env });
  if (status !== 0) {
    throw new SetupError(
      `electron-builder ended with status ${status}.`,
      'Its message is above. Without a network, give a folder with Electron: -c.electronDist=FOLDER.',
    );
  }
  return 0;
});
