/** Where an installed app, or the tree it is run from, keeps what it shows. */
import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Installation {
  /** The folder of the window's files. */
  readonly window: string;
  readonly icons: string;
}

/** Looks above `from`, which is a folder of compiled code. Throws an `Error` where the window was never bundled. */
export function findInstallation(from: string): Installation {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const window = path.join(folder, 'build/renderer');
    if (existsSync(path.join(window, 'index.html'))) return { window, icons: path.join(folder, 'build/icons') };
    if (path.dirname(folder) === folder) throw new Error(`no window was bundled above ${from}`);
  }
}
