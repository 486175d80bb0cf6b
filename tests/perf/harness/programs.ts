/** Builds the benchmark programs for the host and for the guest. */

import { promises as fs } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, run } from '../../../main/platform/process.ts';
import { InnError } from '../../../shared/base/errors.ts';

const SOURCES = fileURLToPath(new URL('../programs', import.meta.url));
/** Where everything goes that a benchmark makes; git does not know it. */
export const BUILD = fileURLToPath(new URL('../../../build/perf', import.meta.url));

export const HOST_COMPILER = 'gcc';
export const GUEST_COMPILER = 'riscv64-linux-gnu-gcc';
const OPTIMISATION = ['-O2', '-Wall', '-Wextra'];
/** RV64GC without libraries, linked where RAM begins. Loops stay loops: a call to memset would be our own slow one. */
const BARE = [
  ...['-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany', '-ffreestanding', '-fno-pic', '-fno-stack-protector'],
  ...['-fno-tree-loop-distribute-patterns', '-nostdlib', '-static', '-Wl,--build-id=none', '-Wl,-no-pie'],
];

export interface BareSettings {
  harts: number;
  sv39: boolean;
  iterations: number;
}

/** An ELF for the bare machine. */
export async function buildBare(settings: BareSettings): Promise<string> {
  const { harts, sv39, iterations } = settings;
  const out = path.join(BUILD, `integer-${sv39 ? 'sv39' : 'bare'}-${harts}-${iterations}.elf`);
  const sources = ['bare/start.S', 'bare/main.c', 'bare/map.c', 'bare/machine.c', 'integer.c'];
  const script = ['-T', path.join(SOURCES, 'bare/link.ld')];
  const defines = [`-DITERATIONS=${iterations}`, `-DHARTS=${harts}`, ...(sv39 ? ['-DSV39'] : [])];
  await compile(GUEST_COMPILER, [...BARE, ...script, ...defines], sources, out);
  return out;
}

export interface LinuxPrograms {
  workloads: string;
  nop: string;
}

/** The same two programs for the host, or static for the guest. */
export async function buildLinux(target: 'host' | 'guest'): Promise<LinuxPrograms> {
  const compiler = target === 'host' ? HOST_COMPILER : GUEST_COMPILER;
  const programs = { workloads: path.join(BUILD, `workloads-${target}`), nop: path.join(BUILD, `nop-${target}`) };
  const flags = ['-static', '-s'];
  await compile(compiler, flags, ['workloads.c', 'integer.c'], programs.workloads, ['-lm']);
  await compile(compiler, flags, ['nop.c'], programs.nop);
  return programs;
}

/** The guest's init script. */
export function readInit(): Promise<string> {
  return fs.readFile(path.join(SOURCES, 'init'), 'utf8');
}

/** How the programs were compiled, for the record. */
export const COMPILER_FLAGS = { linux: [...OPTIMISATION, '-static'], bare: [...OPTIMISATION, ...BARE] };

async function compile(compiler: string, flags: string[], sources: string[], out: string, libraries: string[] = []) {
  await fs.mkdir(BUILD, { recursive: true });
  const files = sources.map((source) => path.join(SOURCES, source));
  await run(compiler, [...OPTIMISATION, ...flags, ...files, '-o', out, ...libraries]);
}

const PACKAGES: Readonly<Record<string, string>> = {
  [HOST_COMPILER]: 'gcc libc6-dev',
  [GUEST_COMPILER]: 'gcc-riscv64-linux-gnu libc6-dev-riscv64-cross',
  'qemu-system-riscv64': 'qemu-system-misc',
};

/** Throws `InnError` (`bench-program-missing`) if one of the programs is not on `$PATH`. */
export async function requirePrograms(names: readonly string[], searchPath?: string): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await findProgram(name, searchPath))) missing.push(name);
  if (missing.length === 0) return;
  const packages = missing.map((name) => PACKAGES[name] ?? name).join(' ');
  throw new InnError(`The benchmark needs ${missing.join(', ')}.`, {
    code: 'bench-program-missing',
    nextStep: `On Debian and Ubuntu: apt install ${packages}. Or leave out what needs it with --only or --engines.`,
  });
}
