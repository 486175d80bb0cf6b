/** The compiler leaves what sources compiled to that are gone. It must not be packaged. */

import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../setup/paths.mjs';

const OUT = path.join(ROOT, 'build/js');

/** Removes compiled files without a source. */
export function removeStale() {
  for (const name of readdirSync(OUT, { recursive: true, encoding: 'utf8' })) {
    if (/\.c?js$/.test(name) && !existsSync(path.join(ROOT, name.replace(/js$/, 'ts')))) rmSync(path.join(OUT, name));
  }
}
