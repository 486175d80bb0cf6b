import { createHash } from 'node:crypto';
import { createReadStream, promises as fs } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../platform/folders.ts';
import { ChildProcessError, run } from '../platform/process.ts';
import { type DebianMirror, formatDeb822Source } from './apt-sources.ts';
import { type PackageRecord, parsePackageRecords } from './packages.ts';

const ARCHITECTURE = 'riscv64';

/** One suite of Debian for riscv64, through the system's apt with state of its own: the system's packages stay untouched. */
export interface AptSuite {
  readonly name: string;
  /** Fetches the suite's index and checks its signature. `percent` runs from 0 to 100. */
  update(onPercent: (percent: number) => void): Promise<void>;
  /** Looks packages up in the index. Names that the suite does not have are left out. */
  show(names: readonly string[]): Promise<PackageRecord[]>;
  /**
   * Returns the package's file, fetched if it is not there yet. `offline` fails instead of fetching. What is returned has the
   * SHA-256 that the signed index promises.
   */
  fetch(record: PackageRecord, options: { offline: boolean; onPercent: (percent: number) => void }): Promise<string>;
}

/** Opens a suite whose state and downloads live below `root`, which is made if need be. */
export async function openSuite(mirror: DebianMirror, name: string, root: string): Promise<AptSuite> {
  const state = path.join(root, 'apt', name);
  const downloads = path.join(root, 'downloads', name);
  const empty = path.join(state, 'empty');
  for (const dir of ['lists/partial', 'cache/archives/partial', 'empty']) {
    await makeFolder(path.join(state, dir));
  }
  await makeFolder(downloads);
  const sources = path.join(state, 'guest.sources');
  await fs.writeFile(sources, formatDeb822Source(mirror, name));
  await fs.writeFile(path.join(state, 'status'), '');

  const options = Object.entries({
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': empty,
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': empty,
    'Dir::State': state,
    'Dir::State::lists': path.join(state, 'lists'),
    'Dir::State::status': path.join(state, 'status'),
    'Dir::Cache': path.join(state, 'cache'),
    'APT::Architecture': ARCHITECTURE,
    'APT::Architectures': ARCHITECTURE,
    'APT::Update::Error-Mode': 'any',
    'APT::Status-Fd': '1',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    // Release files of suites in the making may be past their date. Signatures are checked all the same, and a suite that
    // is not signed is refused whatever the system's configuration says.
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::AllowInsecureRepositories': 'false',
    'APT::Get::AllowUnauthenticated': 'false',
  }).map(([key, value]) => `-o${key}=${value}`);

  const onLine = (onPercent: (percent: number) => void) => (line: string) => {
    const percent = downloadPercent(line);
    if (percent !== undefined) onPercent(percent);
  };

  return {
    name,
    async update(onPercent) {
      await run('apt-get', [...options, 'update'], { onLine: onLine(onPercent) });
    },

    async show(names) {
      try {
        const { stdout } = await run('apt-cache', [...options, '--no-all-versions', 'show', ...names]);
        return parsePackageRecords(stdout);
      } catch (error) {
        if (error instanceof ChildProcessError && error.stderr.includes('No packages found')) return [];
        throw error;
      }
    },

    async fetch(record, { offline, onPercent }) {
      const file = path.join(downloads, debFileName(record));
      if (await hasDigest(file, record.sha256)) return file;
      if (offline) throw new Error(`${path.basename(file)} has not been downloaded yet`);
      const wanted = `${record.name}=${record.version}`;
      await run('apt-get', [...options, 'download', wanted], { cwd: downloads, onLine: onLine(onPercent) });
      if (!(await hasDigest(file, record.sha256))) throw new Error(`apt did not deliver ${path.basename(file)} intact`);
      return file;
    },
  };
}

/** apt's machine-readable progress (README.progress-reporting): `dlstatus:1:54.3:Retrieving file 1 of 2`. */
export function downloadPercent(line: string): number | undefined {
  const percent = Number(/^dlstatus:\d+:([\d.]+):/.exec(line)?.[1] ?? Number.NaN);
  return Number.isNaN(percent) ? undefined : percent;
}

/** The name that apt gives a downloaded package: characters that file systems dislike are percent-encoded. */
export function debFileName(record: Pick<PackageRecord, 'name' | 'version' | 'architecture'>): string {
  const version = record.version.replaceAll('%', '%25').replaceAll(':', '%3a').replaceAll('/', '%2f');
  return `${record.name}_${version}_${record.architecture}.deb`;
}

async function hasDigest(file: string, sha256: string): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  return hash.digest('hex') === sha256;
}
