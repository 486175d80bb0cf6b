/** electron-builder's hook of that name, once Electron lies where the app will be. */

import { rmSync } from 'node:fs';
import path from 'node:path';

/** Electron brings these to start without an app. electron-builder removes them only from what it fetched itself. */
const NOT_OURS = ['version', 'resources/default_app.asar', 'Electron.app/Contents/Resources/default_app.asar'];

/** @param {{ appOutDir: string }} context */
export default function afterExtract({ appOutDir }) {
  for (const name of NOT_OURS) rmSync(path.join(appOutDir, name), { force: true });
}
