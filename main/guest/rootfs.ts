import type { CpioNode, FileTree } from './cpio.ts';
import { isElf, neededLibraries, readElf } from './elf.ts';
import { type KernelModule, moduleIndexes } from './modules.ts';

const SHEBANG = '#!';

/**
 * The guest has one folder for programs and one for libraries: `/bin`, `/sbin` and `/usr/sbin` lead to `/usr/bin`, `/lib` to
 * `/usr/lib`. A file from a package goes where those links lead.
 */
const LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  sbin: 'usr/bin',
  lib: 'usr/lib',
  'usr/sbin': 'bin',
};

/** `lib/x` and `usr/lib/x` are the same file. */
export function canonicalPath(path: string): string {
  return path
    .replace(/^\/+/, '')
    .replace(/^(bin|sbin|lib)\//, 'usr/$1/')
    .replace(/^usr\/sbin\//, 'usr/bin/');
}

/** Folders, device nodes and links that every guest has; without programs. */
function skeleton(): FileTree {
  const tree: FileTree = new Map();
  for (const dir of ['dev', 'etc', 'home', 'mnt', 'proc', 'run', 'sys', 'usr/bin', 'usr/lib', 'var/log', 'var/tmp']) {
    tree.set(dir, { kind: 'directory', mode: 0o755 });
  }
  tree.set('root', { kind: 'directory', mode: 0o700 });
  tree.set('tmp', { kind: 'directory', mode: 0o1777 });
  tree.set('var/run', { kind: 'symlink', target: '../run' });
  for (const [from, target] of Object.entries(LINKS)) tree.set(from, { kind: 'symlink', target });
  // The kernel opens /dev/console for init before anything is mounted (init/main.c, console_on_rootfs).
  tree.set('dev/console', { kind: 'character-device', mode: 0o600, major: 5, minor: 1 });
  tree.set('dev/null', { kind: 'character-device', mode: 0o666, major: 1, minor: 3 });
  return tree;
}

/** The guest's root: busybox under all its names, the recipe's files, and modules if the kernel has any. */
export function baseTree(parts: {
  busybox: Uint8Array;
  files: ReadonlyMap<string, Uint8Array>;
  kernelModules?: { release: string; modules: readonly KernelModule[] };
}): FileTree {
  const tree = skeleton();
  tree.set('usr/bin/busybox', { kind: 'file', mode: 0o755, content: parts.busybox });
  for (const applet of busyboxApplets(parts.busybox)) {
    if (applet !== 'busybox') tree.set(`usr/bin/${applet}`, { kind: 'symlink', target: 'busybox' });
  }
  tree.set('init', { kind: 'symlink', target: 'usr/bin/busybox' });
  for (const [path, content] of parts.files) {
    const script = Buffer.from(content.subarray(0, 2)).toString('latin1') === SHEBANG;
    tree.set(path, { kind: 'file', mode: script ? 0o755 : 0o644, content });
  }
  if (parts.kernelModules) addModules(tree, parts.kernelModules.release, parts.kernelModules.modules);
  return tree;
}

function addModules(tree: FileTree, release: string, modules: readonly KernelModule[]): void {
  const dir = `usr/lib/modules/${release}`;
  for (const { path, content } of modules) tree.set(`${dir}/${path}`, { kind: 'file', mode: 0o644, content });
  for (const [name, text] of Object.entries(moduleIndexes(modules))) {
    tree.set(`${dir}/${name}`, { kind: 'file', mode: 0o644, content: Buffer.from(text) });
  }
}

/** Applets without which the guest's own scripts do not work. */
const REQUIRED_APPLETS = [
  'sh',
  'init',
  'mount',
  'umount',
  'modprobe',
  'setsid',
  'cttyhack',
  'poweroff',
  'ip',
  'udhcpc',
];

/**
 * The names that a busybox binary answers to. busybox keeps them as one run of NUL-terminated strings that is sorted and
 * begins with `[` and `[[` (libbb/appletlib.c, applet_names); running it is no option, it is made for another processor.
 */
export function busyboxApplets(binary: Uint8Array): string[] {
  const file = Buffer.from(binary.buffer, binary.byteOffset, binary.byteLength);
  const marker = Buffer.from('[\0[[\0', 'latin1');
  for (let start = file.indexOf(marker); start >= 0; start = file.indexOf(marker, start + 1)) {
    const end = file.indexOf(Buffer.from([0, 0]), start);
    const names = file.toString('latin1', start, end).split('\0');
    const valid = names.every((name) => /^[a-z0-9[][a-z0-9_.[-]*$/.test(name));
    if (valid && REQUIRED_APPLETS.every((applet) => names.includes(applet))) return names;
  }
  throw new Error(`This busybox lacks one of ${REQUIRED_APPLETS.join(', ')}`);
}

/** Symbolic links followed before a chain counts as a loop; Linux's own limit (MAXSYMLINKS). */
const MAX_LINKS = 40;

/**
 * The named programs and files out of `all` (everything in some packages), with the dynamic loader and libraries that the
 * programs need (DT_NEEDED, transitively). Links keep their names and bring what they lead to.
 */
export function programTree(all: ReadonlyMap<string, CpioNode>, programs: readonly string[], files: readonly string[]) {
  const libraries = new Map<string, string>();
  for (const path of [...all.keys()].sort()) {
    const match = /^usr\/lib\/(?:riscv64-linux-gnu\/)?([^/]+\.so[^/]*)$/.exec(path);
    if (match?.[1]) libraries.set(match[1], path);
  }
  const tree: FileTree = new Map();
  const take = (path: string, askedBy: string): void => {
    let current = canonicalPath(path);
    for (let links = 0; links < MAX_LINKS; links++) {
      if (tree.has(current)) return;
      const node = all.get(current);
      if (!node) throw new Error(`No package holds ${current} (needed by ${askedBy})`);
      tree.set(current, node);
      if (node.kind === 'file' && isElf(node.content)) takeNeeded(node.content, current);
      if (node.kind !== 'symlink') return;
      current = canonicalPath(resolveLink(current, node.target));
    }
    throw new Error(`${path} is a loop of links`);
  };
  const takeNeeded = (content: Uint8Array, askedBy: string): void => {
    const elf = readElf(content);
    if (elf.interpreter) take(elf.interpreter, askedBy);
    for (const name of neededLibraries(elf)) take(libraries.get(name) ?? `usr/lib/${name}`, askedBy);
  };
  for (const path of [...programs, ...files]) take(path, 'the recipe');
  return tree;
}

function resolveLink(path: string, target: string): string {
  if (target.startsWith('/')) return target;
  const parts = path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
