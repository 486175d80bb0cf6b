/** What is left behind when the app itself fails: a file on this computer, sent to nobody. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { productVersion } from '../platform/version.ts';

/** Older ones are removed. */
const KEPT = 20;
const PREFIX = 'crash-';

export interface CrashFacts {
  readonly version: string;
  readonly electron: string | undefined;
  readonly platform: string;
}

/** Of this app, as it runs. */
export function factsOfApp(): CrashFacts {
  const { platform, arch, versions } = process;
  return { version: productVersion(), electron: versions.electron, platform: `${platform} ${arch}` };
}

/** Writes a report into `folder`, which is made; answers its path. May be called while everything else has broken. */
export function writeCrashReport(folder: string, error: unknown, facts: CrashFacts, now = new Date()): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, `${PREFIX}${now.toISOString().replaceAll(':', '-')}.txt`);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const about = `Innkeeper ${facts.version}, Electron ${facts.electron ?? 'none'}, ${facts.platform}`;
  writeFileSync(file, `${about}\n${now.toISOString()}\n\n${text}\n`, { mode: 0o600 });
  const old = readdirSync(folder)
    .filter((name) => name.startsWith(PREFIX))
    .sort()
    .slice(0, -KEPT);
  for (const name of old) rmSync(path.join(folder, name), { force: true });
  return file;
}
