import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError } from '../../shared/base/errors.ts';
import { ChildProcessError, findProgram, lastLines, run } from '../platform/process.ts';
import type { AptSuite } from './apt.ts';
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
  key: string;
  smallConfig: string;
  onProgress: OnProgress;
}

/** Compiles the kernel of `assets/guest/small.config` from Debian's source package. Goes on where an earlier attempt stopped. */
export async function smallKernel(
  suite: AptSuite,
  recipe: Recipe,
  fetch: (records: readonly PackageRecord[]) => Promise<string[]>,
  work: SmallWork,
): Promise<BuiltKernel> {
  await checkTools();
  const follow = new RegExp(recipe.source.follow);
  const show = (names: readonly string[]) => suite.show(names);
  const packages = await packageClosure([recipe.source.package], show, (name) => follow.test(name));
  const debs = await fetch(packages);
  const version = packages.at(-1)?.version ?? '';
  const dir = path.join(work.root, 'work', `${work.key}-${version.replaceAll(/[^\w.-]/g, '_')}`);
  const source = await unpackSource(debs, dir, work.onProgress);
  const kernel = await compile(source, path.join(dir, 'out'), work);
  await fs.rm(dir, { recursive: true, force: true });
  return { ...kernel, modules: [], packages };
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
  await fs.mkdir(source, { recursive: true });
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
  await fs.mkdir(out, { recursive: true });
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
  if (lost.length > 0) throw new Error(`The kernel's configuration did not take: ${lost.join(', ')}`);
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
