import { promises as fs } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../platform/folders.ts';
import type { AptSuite } from './apt.ts';
import { type CpioNode, type FileTree, writeCpio } from './cpio.ts';
import { readDeb } from './deb.ts';
import { describeFile, type GuestManifest, type KernelKind, MANIFEST_FILE } from './manifest.ts';
import { type PackageRecord, packageClosure } from './packages.ts';
import type { OnProgress } from './progress.ts';
import type { LoadedRecipe, Recipe } from './recipe.ts';
import { baseTree, canonicalPath, programTree } from './rootfs.ts';
import { smallKernel } from './small.ts';
import { stockKernel } from './stock.ts';
import { diskFull, withFirstSuite } from './suites.ts';

export interface BuildRequest {
  kind: KernelKind;
  key: string;
  loaded: LoadedRecipe;
  /** Folder for apt's state, downloads and unfinished work; kept between builds. */
  root: string;
  /** An empty folder that becomes the guest. */
  outDir: string;
  offline: boolean;
  onProgress: OnProgress;
}

/** Free space that a build needs, downloads included; measured and rounded up. Bytes. */
const SPACE_NEEDED: Readonly<Record<KernelKind, number>> = { stock: 400e6, small: 3e9 };

/** Fills `outDir` with a guest: kernel, initrd, the containers' archive and the manifest. */
export async function buildGuest(request: BuildRequest): Promise<void> {
  const { kind, loaded, root, offline, onProgress } = request;
  await checkSpace(root, SPACE_NEEDED[kind]);
  const access = { root, suites: loaded.recipe.suites, offline, onProgress };
  await withFirstSuite(access, (suite) => buildFrom(suite, request));
}

async function checkSpace(dir: string, needed: number): Promise<void> {
  await makeFolder(dir);
  const { bavail, bsize } = await fs.statfs(dir);
  if (bavail * bsize >= needed) return;
  throw diskFull(dir, new Error(`${needed / 1e6} MB are needed, ${Math.floor((bavail * bsize) / 1e6)} MB are free`));
}

async function buildFrom(suite: AptSuite, request: BuildRequest): Promise<void> {
  const { kind, loaded, outDir, onProgress } = request;
  const { recipe } = loaded;
  const fetch = (records: readonly PackageRecord[]) => fetchAll(suite, records, request);
  const show = (names: readonly string[]) => suite.show(names);

  const userland = await packageClosure([recipe.busybox], show, () => false);
  const containerPackages = await packageClosure(recipe.containers.packages, show);
  const busybox = await readBusybox(await fetch(userland));
  const containers = await readContainers(await fetch(containerPackages), recipe);
  const work = { root: request.root, smallConfig: loaded.smallConfig, onProgress };
  const kernel =
    kind === 'stock' ? await stockKernel(suite, recipe, fetch) : await smallKernel(suite, recipe, fetch, work);

  onProgress({ step: 'Writing the guest' });
  const kernelModules = { release: kernel.release, modules: kernel.modules };
  const base = baseTree({
    busybox,
    files: loaded.files,
    ...(kernel.modules.length > 0 ? { kernelModules } : {}),
  });
  const write = async (file: string, content: Uint8Array) => {
    await fs.writeFile(path.join(outDir, file), content);
    return describeFile(file, content);
  };
  const packages = [...kernel.packages, ...userland, ...containerPackages];
  const manifest: GuestManifest = {
    format: 1,
    kind,
    key: request.key,
    kernelRelease: kernel.release,
    suite: suite.name,
    packages: packages.map(({ name, version, sha256 }) => ({ name, version, sha256 })),
    files: {
      kernel: await write('Image', kernel.image),
      initrd: await write('initrd.cpio', writeCpio(base)),
      containers: await write('containers.cpio', writeCpio(containers)),
    },
  };
  await write(MANIFEST_FILE, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
}

async function fetchAll(
  suite: AptSuite,
  records: readonly PackageRecord[],
  request: Pick<BuildRequest, 'offline' | 'onProgress'>,
): Promise<string[]> {
  const { offline, onProgress } = request;
  const files: string[] = [];
  for (const record of records) {
    const step = `Fetching ${record.name} ${record.version} (${suite.name})`;
    onProgress({ step });
    files.push(await suite.fetch(record, { offline, onPercent: (percent) => onProgress({ step, percent }) }));
  }
  return files;
}

async function readBusybox(debs: readonly string[]): Promise<Buffer> {
  let binary: Buffer | undefined;
  const wants = (path: string) => canonicalPath(path) === 'usr/bin/busybox';
  for (const deb of debs) {
    await readDeb(deb, wants, (entry) => {
      if (entry.kind === 'file') binary = entry.content;
    });
  }
  if (!binary) throw new Error('No busybox in its package');
  return binary;
}

async function readContainers(debs: readonly string[], recipe: Recipe): Promise<FileTree> {
  const all = new Map<string, CpioNode>();
  const wants = (path: string) => !/^usr\/share\//.test(path);
  for (const deb of debs) {
    await readDeb(deb, wants, (entry) => {
      const at = canonicalPath(entry.path);
      if (entry.kind === 'symlink') all.set(at, { kind: 'symlink', target: entry.target });
      else if (entry.kind === 'file') all.set(at, { kind: 'file', mode: entry.mode, content: entry.content });
      else {
        const linked = all.get(canonicalPath(entry.target));
        if (linked) all.set(at, linked);
      }
    });
  }
  return programTree(all, recipe.containers.programs, recipe.containers.files);
}
