import { gunzipSync } from 'node:zlib';
import type { AptSuite } from './apt.ts';
import { readDeb, unxz } from './deb.ts';
import { type KernelModule, moduleClosure, moduleName, parseBuiltIn, readModuleInfo } from './modules.ts';
import { type PackageRecord, packageClosure } from './packages.ts';
import type { Recipe } from './recipe.ts';

export interface BuiltKernel {
  /** A raw RISC-V `Image`. */
  image: Buffer;
  release: string;
  modules: KernelModule[];
  packages: PackageRecord[];
}

const MODULE_FILE = /^(?:usr\/)?lib\/modules\/([^/]+)\/(kernel\/.+\.ko(?:\.xz)?)$/;
const BUILTIN_FILE = /^(?:usr\/)?lib\/modules\/[^/]+\/modules\.builtin$/;
/** Where Debian keeps the kernel: beside its modules since 2026, in /boot before. */
const IMAGE_FILE = /^(?:(?:usr\/)?lib\/modules\/[^/]+\/vmlinuz|boot\/vmlinu[xz]-.+)$/;

/** Takes Debian's own kernel and the recipe's modules out of the packages of `suite`. */
export async function stockKernel(
  suite: AptSuite,
  recipe: Recipe,
  fetch: (records: readonly PackageRecord[]) => Promise<string[]>,
): Promise<BuiltKernel> {
  const follow = new RegExp(recipe.kernel.follow);
  const show = (names: readonly string[]) => suite.show(names);
  const packages = await packageClosure([recipe.kernel.package], show, (name) => follow.test(name));

  let image: Buffer | undefined;
  let release = '';
  let builtIn = new Set<string>();
  /** By module name. Compressed: there are some 4,000, of which the guest takes 60. */
  const files = new Map<string, { path: string; content: Buffer }>();
  const wants = (path: string) => IMAGE_FILE.test(path) || MODULE_FILE.test(path) || BUILTIN_FILE.test(path);
  for (const deb of await fetch(packages)) {
    await readDeb(deb, wants, (entry) => {
      if (entry.kind !== 'file') return;
      const module = MODULE_FILE.exec(entry.path);
      if (module?.[1] && module[2]) {
        release = module[1];
        files.set(moduleName(entry.path), { path: module[2], content: entry.content });
      } else if (BUILTIN_FILE.test(entry.path)) {
        builtIn = parseBuiltIn(entry.content.toString('utf8'));
      } else {
        image = entry.content;
      }
    });
  }
  if (!image) throw new Error(`No kernel in ${packages.map(({ name }) => name).join(', ')}`);
  const modules = await moduleClosure(recipe.modules, builtIn, async (name) => {
    const file = files.get(name);
    if (!file) return undefined;
    const content = file.path.endsWith('.xz') ? await unxz(file.content) : file.content;
    return { path: file.path.replace(/\.xz$/, ''), content, info: readModuleInfo(content) };
  });
  return { image: rawImage(image), release, modules, packages };
}

const IMAGE_MAGIC_OFFSET = 0x38;
const IMAGE_MAGIC = 'RSC\x05';

/** Checks the header of a kernel (Documentation/arch/riscv/boot-image-header.rst), unpacking `Image.gz` first. */
export function rawImage(file: Buffer): Buffer {
  const image = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  const magic = image.toString('latin1', IMAGE_MAGIC_OFFSET, IMAGE_MAGIC_OFFSET + IMAGE_MAGIC.length);
  if (magic !== IMAGE_MAGIC) throw new Error('The kernel is not a raw RISC-V Image');
  return image;
}
