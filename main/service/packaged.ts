import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The archive that holds the app's own files once it is packaged; the guests lie beside it (electron-builder.yml). */
const ARCHIVE = 'app.asar';

/** The folder with the guests that came along with the app; undefined where it runs from its sources. */
export function packagedGuests(self: string = fileURLToPath(import.meta.url)): string | undefined {
  for (let folder = path.dirname(self); ; folder = path.dirname(folder)) {
    if (path.basename(folder) === ARCHIVE) return path.join(path.dirname(folder), 'guest');
    if (path.dirname(folder) === folder) return undefined;
  }
}
