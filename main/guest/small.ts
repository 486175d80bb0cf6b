import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError } from '../../shared/base/errors.ts';
import { makeFolder } from '../platform/folders.ts';
import { ChildProcessError, findProgram, lastLines, run } from '../platform/process.ts';
import type { AptSuite } from './apt.ts';
import { publish } from './cache.ts';
import { readDeb } from './deb.ts';
import { type PackageRecord, packageClosure } from './packages.ts';
import type { OnProgress } from './progress.ts';
import type { Recipe } from './recipe.ts';
import { type BuiltKernel, rawImage } from './stock.ts';
import { isDiskFull } from './suites.ts';

/** Program -> the Debian package that brings it. */
export const SMALL_KERNEL_TOOLS: Readonly<Record<string, string>> = {
  make: 'make',
  gcc: 'gcc',
  'riscv64-linux-gnu-gcc': 'gcc-riscv64-linux-gnu',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  tar: 'tar',
  xz: 'xz-utils',
};

/** Kconfig reads files from most of the tree, but these it never needs, and they are half of it. */
const NOT_NEEDED = [
  '*/Documentation/*/*',
  '*/drivers/gpu/drm/amd/include/*',
  '*/tools/testing/*',
  '*/tools/perf/*',
  '*/arch/*/boot/dts/*/*.dts*',
];

/** The same source and configuration give the same kernel. */
const REPRODUCIBLE = {
  KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
  KBUILD_BUILD_USER: 'innkeeper',
  KBUILD_BUILD_HOST: 'guest',
  KBUILD_BUILD_VERSION: '1',
};

/** `make` is held to this many jobs at lowest priority: the user goes on working meanwhile. */
const JOBS = 2;

/** About how many objects a build makes; only the progress display needs it. */
const EXPECTED_OBJECTS = 1900;

export interface SmallWork {
  root: string;
  smallConfig: string;
  onProgress: OnProgress;
}

/** Part of the kernel's key. Raise it when the same configuration and source give another kernel. */
const COMPILER_VERSION = 1;

const KERNEL_FILE = 'Image';
const ABOUT_FILE = 'kernel.json';

/** What is kept beside a compiled kernel. */
type AboutKernel = Pick<BuiltKernel, 'release' | 'packages'>;

/**
 * The kernel of `assets/guest/small.config`, compiled from Debian's source package. It is kept by itself: a change to the
 * guest's scripts does not compile it again. An attempt goes on where an earlier one stopped.
 */
export async function smallKernel(
  suite: AptSuite,
  recipe: Recipe,
  fetch: (records: readonly PackageRecord[]) => Promise<string[]>,
  work: SmallWork,
): Promise<BuiltKernel> {
  const inputs = JSON.stringify([COMPILER_VERSION, recipe.source, recipe.suites, work.smallConfig]);
  const name = `small-${createHash('sha256').update(inputs).digest('hex').slice(0, 16)}`;
  const kept = path.join(work.root, 'kernels', name);
  const cached = await readKept(kept);
  if (cached) return cached;

  await checkTools();
  const follow = new RegExp(recipe.source.follow);
  const show = (names: readonly string[]) => suite.show(names);
  const packages = await packageClosure([recipe.source.package], show, (dependency) => follow.test(dependency));
  const debs = await fetch(packages);
  const version = packages.at(-1)?.version ?? '';
  const dir = path.join(work.root, 'work', `${name}-${version.replaceAll(/[^\w.-]/g, '_')}`);
  const source = await unpackSource(debs, dir, work.onProgress);
  const { image, release } = await compile(source, path.join(dir, 'out'), work);
  await publish(kept, async (partial) => {
    const about: AboutKernel = { release, packages };
    await fs.writeFile(path.join(partial, KERNEL_FILE), image);
    await fs.writeFile(path.join(partial, ABOUT_FILE), JSON.stringify(about));
  });
  // A gigabyte and a half that nobody needs any more.
  for (const used of [dir, ...debs]) await fs.rm(used, { recursive: true, force: true });
  return { image, release, modules: [], packages };
}

async function readKept(dir: string): Promise<BuiltKernel | undefined> {
  if (!(await exists(dir))) return undefined;
  const about = JSON.parse(await fs.readFile(path.join(dir, ABOUT_FILE), 'utf8')) as AboutKernel;
  return { ...about, image: rawImage(await fs.readFile(path.join(dir, KERNEL_FILE))), modules: [] };
}

async function checkTools(): Promise<void> {
  const missing: string[] = [];
  for (const [program, debianPackage] of Object.entries(SMALL_KERNEL_TOOLS)) {
    if (!(await findProgram(program))) missing.push(debianPackage);
  }
  if (missing.length === 0) return;
  throw new InnError(`Compiling the small kernel needs programs that are not installed: ${missing.join(', ')}.`, {
    code: 'guest-no-compiler',
    nextStep: `Install them (apt-get install ${missing.join(' ')}), or use the stock kernel: --kernel stock.`,
  });
}

/** Returns the source tree's folder. A finished one is marked, so that it is not unpacked twice. */
async function unpackSource(debs: readonly string[], dir: string, onProgress: OnProgress): Promise<string> {
  const source = path.join(dir, 'source');
  const done = path.join(dir, 'source-complete');
  if (await exists(done)) return source;
  onProgress({ step: "Unpacking the kernel's source" });
  await fs.rm(source, { recursive: true, force: true });
  await makeFolder(source);
  const archive = path.join(dir, 'linux.tar.xz');
  let content: Buffer | undefined;
  for (const deb of debs) {
    await readDeb(
      deb,
      (file) => /^usr\/src\/linux-source-[^/]*\.tar\.xz$/.test(file),
      (entry) => {
        if (entry.kind === 'file') content = entry.content;
      },
    );
  }
  if (!content) throw new Error('No source archive in the package of the kernel source');
  await fs.writeFile(archive, content);
  const excludes = NOT_NEEDED.map((pattern) => `--exclude=${pattern}`);
  await run('tar', ['-xJf', archive, '-C', source, '--strip-components=1', ...excludes]);
  await fs.rm(archive);
  await fs.writeFile(done, '');
  return source;
}

async function compile(source: string, out: string, work: SmallWork): Promise<{ image: Buffer; release: string }> {
  await makeFolder(out);
  const fragment = path.join(out, 'small.config');
  await fs.writeFile(fragment, work.smallConfig);
  let objects = 0;
  const step = 'Compiling the small kernel';
  const make = async (...args: string[]) => {
    const env = { ARCH: 'riscv', CROSS_COMPILE: 'riscv64-linux-gnu-', KCONFIG_ALLCONFIG: fragment, ...REPRODUCIBLE };
    const onLine = (line: string) => {
      if (!/^ {2}(CC|AS|AR) /.test(line)) return;
      objects++;
      work.onProgress({ step, percent: Math.min(99, (objects / EXPECTED_OBJECTS) * 100) });
    };
    return run('nice', ['make', '-C', source, `O=${out}`, `-j${JOBS}`, ...args], { env, onLine });
  };
  try {
    work.onProgress({ step });
    await make('allnoconfig');
    checkConfig(work.smallConfig, await fs.readFile(path.join(out, '.config'), 'utf8'));
    await make('Image');
  } catch (error) {
    if (!(error instanceof ChildProcessError) || isDiskFull(error)) throw error;
    const log = path.join(work.root, 'small-kernel.log');
    await fs.writeFile(log, error.stderr);
    throw new InnError(`The small kernel does not compile:\n${lastLines(error.stderr, 12)}`, {
      code: 'guest-compile-failed',
      nextStep: `All messages are in ${log}. The stock kernel needs no compiler: --kernel stock.`,
      cause: error,
    });
  }
  const image = rawImage(await fs.readFile(path.join(out, 'arch/riscv/boot/Image')));
  const release = (await fs.readFile(path.join(out, 'include/config/kernel.release'), 'utf8')).trim();
  return { image, release };
}

/** Kconfig drops options silently when what they depend on is off, or when a new kernel renamed them. */
export function checkConfig(wanted: string, got: string): void {
  const set = new Set(got.split('\n'));
  const lost = wanted
    .split('\n')
    .filter((line) => /^CONFIG_\w+=/.test(line))
    .filter((line) => (line.endsWith('=n') ? set.has(line.replace(/=n$/, '=y')) : !set.has(line)));
  if (lost.length === 0) return;
  throw new InnError(`The small kernel's configuration does not suit this kernel. Not taken: ${lost.join(', ')}.`, {
    code: 'guest-kernel-config',
    nextStep: 'Mend assets/guest/small.config. The stock kernel needs no configuration: --kernel stock.',
  });
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
