/** What an installed app brings along, beside its archive of code. */
import { existsSync } from 'node:fs';
import path from 'node:path';

const ARCHIVE = 'app.asar';

/**
 * The folder with the guests of the installation that `file` belongs to (`guest/stock`, `guest/small`); undefined where it was
 * not installed from a package, or the package has none.
 */
export function bundledGuestFolder(file: string = import.meta.filename): string | undefined {
  const parts = file.split(path.sep);
  const at = parts.lastIndexOf(ARCHIVE);
  if (at === -1) return undefined;
  const folder = [...parts.slice(0, at), 'guest'].join(path.sep);
  return existsSync(folder) ? folder : undefined;
}
