import { readElf } from './elf.ts';

/** What a kernel module says of itself in its `.modinfo` section (include/linux/module.h, MODULE_INFO). */
export interface ModuleInfo {
  name: string;
  /** Modules whose symbols it uses. Code that is built into the kernel is not listed. */
  depends: string[];
  /** Patterns of device and file system names that the kernel asks user space to load this module for. */
  aliases: string[];
  /** Modules to load first if they are there (`softdep=pre: a b`). */
  softPre: string[];
}

export interface KernelModule {
  /** Below `/lib/modules/RELEASE`, such as `kernel/fs/ext4/ext4.ko`. */
  path: string;
  /** Not compressed. */
  content: Uint8Array;
  info: ModuleInfo;
}

/** The kernel takes `-` and `_` for the same character in module names. */
export function moduleName(nameOrPath: string): string {
  const file = nameOrPath.slice(nameOrPath.lastIndexOf('/') + 1);
  return file.replace(/\.ko(\.\w+)?$/, '').replaceAll('-', '_');
}

/** Reads `.modinfo`: NUL-terminated `key=value` strings. Throws for a file that is no module. */
export function readModuleInfo(content: Uint8Array): ModuleInfo {
  const section = readElf(content).sections.find(({ name }) => name === '.modinfo');
  if (!section) throw new Error('Not a kernel module: it has no .modinfo section');
  return parseModuleInfo(section.data.toString('utf8'));
}

export function parseModuleInfo(text: string): ModuleInfo {
  const info: ModuleInfo = { name: '', depends: [], aliases: [], softPre: [] };
  for (const line of text.split('\0')) {
    const equals = line.indexOf('=');
    if (equals < 0) continue;
    const value = line.slice(equals + 1);
    switch (line.slice(0, equals)) {
      case 'name':
        info.name = moduleName(value);
        break;
      case 'depends':
        info.depends.push(...value.split(',').filter(Boolean).map(moduleName));
        break;
      case 'alias':
        info.aliases.push(value);
        break;
      case 'softdep': {
        const pre = /pre:\s*(.*?)(?:\s*\w+:|$)/.exec(value)?.[1] ?? '';
        info.softPre.push(...pre.split(/\s+/).filter(Boolean).map(moduleName));
        break;
      }
    }
  }
  return info;
}

/**
 * The wanted modules and all that they need, in load order (dependencies first). `load` returns undefined for a module that
 * the kernel package does not hold. A wanted module may be built into the kernel; anything else that is missing is an error.
 */
export async function moduleClosure(
  wanted: readonly string[],
  builtIn: ReadonlySet<string>,
  load: (name: string) => Promise<KernelModule | undefined>,
): Promise<KernelModule[]> {
  const done = new Map<string, KernelModule | undefined>();
  const order: KernelModule[] = [];
  const visit = async (name: string, askedBy: string, optional: boolean): Promise<void> => {
    if (done.has(name)) return;
    done.set(name, undefined);
    const module = await load(name);
    if (!module) {
      if (optional || builtIn.has(name)) return;
      throw new Error(`The kernel package has no module "${name}" (asked for by ${askedBy})`);
    }
    for (const dependency of module.info.softPre) await visit(dependency, name, true);
    for (const dependency of module.info.depends) await visit(dependency, name, false);
    done.set(name, module);
    order.push(module);
  };
  for (const name of wanted) await visit(moduleName(name), 'the recipe', false);
  return order;
}

/** `modules.builtin` lists a path per line; the set holds module names. */
export function parseBuiltIn(text: string): Set<string> {
  return new Set(text.split('\n').filter(Boolean).map(moduleName));
}

/**
 * The index files that `modprobe` reads (depmod.d(5)): `modules.dep` has a line per module with all that it needs, nearest
 * first; `modules.alias` maps patterns to names; `modules.softdep` names what to load first.
 */
export function moduleIndexes(modules: readonly KernelModule[]): Record<string, string> {
  const byName = new Map(modules.map((module) => [moduleName(module.path), module]));
  const sorted = [...modules].sort((a, b) => (a.path < b.path ? -1 : 1));
  const dep = sorted.map((module) => {
    const needed = transitive(module, byName).map(({ path }) => path);
    return `${module.path}:${needed.map((path) => ` ${path}`).join('')}\n`;
  });
  const alias = sorted.flatMap((module) =>
    module.info.aliases.map((pattern) => `alias ${pattern} ${moduleName(module.path)}\n`),
  );
  const softdep = sorted.flatMap((module) => {
    const pre = module.info.softPre.filter((name) => byName.has(name));
    return pre.length ? [`softdep ${moduleName(module.path)} pre: ${pre.join(' ')}\n`] : [];
  });
  return { 'modules.dep': dep.join(''), 'modules.alias': alias.join(''), 'modules.softdep': softdep.join('') };
}

/** All modules that `module` needs; loading them in reverse order satisfies each before its user. */
function transitive(module: KernelModule, byName: ReadonlyMap<string, KernelModule>): KernelModule[] {
  const loadOrder: KernelModule[] = [];
  const seen = new Set<KernelModule>([module]);
  const visit = (from: KernelModule): void => {
    for (const name of from.info.depends) {
      const dependency = byName.get(name);
      if (!dependency || seen.has(dependency)) continue;
      seen.add(dependency);
      visit(dependency);
      loadOrder.push(dependency);
    }
  };
  visit(module);
  return loadOrder.reverse();
}
