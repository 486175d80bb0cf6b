import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Innkeeper's version, from its manifest: that is above this file, how far depends on whether it was compiled. */
export function productVersion(): string {
  for (let dir = path.dirname(fileURLToPath(import.meta.url)); ; dir = path.dirname(dir)) {
    const manifest = readManifest(path.join(dir, 'package.json'));
    if (manifest?.name === 'innkeeper') return manifest.version;
    if (path.dirname(dir) === dir) throw new Error('Innkeeper runs outside its own package');
  }
}

function readManifest(file: string): { name: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
  } catch {
    return undefined;
  }
}
