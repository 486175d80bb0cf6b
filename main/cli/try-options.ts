/** What `inn try` and the debug commands that start a machine understand: from words on the command line to checked values. */
import { InnError } from '../../shared/base/errors.ts';
import { formatBytes, MiB, parseBytes } from '../../shared/base/units.ts';
import { HEAT, largestRam, MAX_HARTS, WASM_PAGE } from '../engines/riscv/memory/layout.ts';
import { DEFAULT_JIT_THRESHOLD, type JitOptions } from '../engines/riscv/threads/messages.ts';
import type { KernelKind } from '../guest/index.ts';

/** The options as commander hands them over. */
export interface TryWords {
  readonly cores: string;
  readonly memory: string;
  readonly clock: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly bios?: string;
  readonly guest?: string;
  readonly append?: string;
  readonly transport?: string;
  /** False with --no-jit. */
  readonly jit?: boolean;
  readonly jitSync?: boolean;
  readonly jitThreshold?: string;
}

export type KernelChoice =
  /** The one that Innkeeper makes itself, with its initrd. */
  | { readonly kind: 'guest'; readonly name: KernelKind; readonly folder?: string }
  | { readonly kind: 'file'; readonly file: string }
  /** Firmware or a bare-metal program alone. */
  | { readonly kind: 'none' };

export interface TryOptions {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly clock: 'wall' | 'instructions';
  readonly kernel: KernelChoice;
  readonly initrd: string | undefined;
  readonly bios: string | undefined;
  readonly append: string | undefined;
  readonly transport: 'pci' | 'mmio';
  readonly jit: JitOptions;
}

export const DEFAULT_CORES = '1';
export const DEFAULT_MEMORY = '256M';
export const GUEST_KERNELS = ['stock', 'small'] as const satisfies readonly KernelKind[];

/** Bytes with which the guest's kernel still comes up to a shell; with less it panics for want of memory. */
const GUEST_MINIMUM: Readonly<Record<KernelKind, number>> = { stock: 160 * MiB, small: 48 * MiB };

export interface HostLimits {
  /** Bytes of memory that this process could use at most. */
  readonly memory: number;
}

/** Throws an `InnError` for whatever cannot be meant. Files are not looked at yet. */
export function readTryOptions(words: TryWords, host: HostLimits): TryOptions {
  const cores = readCores(words.cores);
  const clock = oneOf('clock', words.clock, ['wall', 'instructions'] as const);
  if (clock === 'instructions' && cores > 1) {
    throw new InnError(`Time that is counted in instructions is for one core, not ${cores}`, {
      code: 'clock-needs-one-core',
      nextStep: 'Use --cores 1, or --clock wall.',
    });
  }
  const kernel = readKernel(words);
  const defaultTransport = kernel.kind === 'guest' && kernel.name === 'small' ? 'mmio' : 'pci';
  return {
    cores,
    memory: readMemory(words.memory, cores, kernel, host),
    clock,
    kernel,
    initrd: words.initrd,
    bios: words.bios,
    append: words.append,
    transport: oneOf('transport', words.transport ?? defaultTransport, ['pci', 'mmio'] as const),
    jit: readJit(words),
  };
}

function readJit({ jit = true, jitSync = false, jitThreshold }: TryWords): JitOptions {
  if (!jit && (jitSync || jitThreshold !== undefined)) {
    throw new InnError(`--no-jit and ${jitSync ? '--jit-sync' : '--jit-threshold'} contradict each other`, {
      code: 'conflicting-options',
      nextStep: 'Use one of the two.',
    });
  }
  const kind = jit ? (jitSync ? 'sync' : 'background') : 'off';
  return { kind, threshold: jitThreshold === undefined ? DEFAULT_JIT_THRESHOLD : readThreshold(jitThreshold) };
}

function readThreshold(text: string): number {
  const threshold = /^\d+$/.test(text) ? Number(text) : 0;
  if (threshold >= 1 && threshold < HEAT.settled) return threshold;
  throw new InnError(`Not a number of jumps: "${text}"`, {
    code: 'invalid-jit-threshold',
    nextStep: `Use --jit-threshold 1 to ${HEAT.settled - 1}; without it, it is ${DEFAULT_JIT_THRESHOLD}.`,
  });
}

function readCores(text: string): number {
  const cores = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (cores >= 1 && cores <= MAX_HARTS) return cores;
  throw new InnError(
    cores > MAX_HARTS ? `A machine has at most ${MAX_HARTS} cores, not ${text}` : `Not a number of cores: "${text}"`,
    { code: cores > MAX_HARTS ? 'too-many-cores' : 'invalid-cores', nextStep: `Use --cores 1 to ${MAX_HARTS}.` },
  );
}

function readKernel(words: TryWords): KernelChoice {
  const { kernel, bios, guest } = words;
  const named = GUEST_KERNELS.find((name) => name === kernel);
  if (guest !== undefined && kernel !== undefined && named === undefined) {
    throw new InnError('--guest brings its own kernel, and --kernel names another', {
      code: 'conflicting-options',
      nextStep: 'Use one of the two.',
    });
  }
  if (named !== undefined || guest !== undefined) {
    return { kind: 'guest', name: named ?? 'stock', ...(guest === undefined ? {} : { folder: guest }) };
  }
  if (kernel !== undefined) return { kind: 'file', file: kernel };
  return bios === undefined ? { kind: 'guest', name: 'stock' } : { kind: 'none' };
}

function readMemory(text: string, cores: number, kernel: KernelChoice, host: HostLimits): number {
  const bytes = parseBytes(text);
  if (bytes <= 0 || bytes % WASM_PAGE !== 0) {
    const why =
      bytes > 0
        ? `A machine's memory is a multiple of 64 KiB, not ${text}`
        : 'A machine needs more than 0 bytes of memory';
    throw new InnError(why, {
      code: 'invalid-memory',
      nextStep: 'Use a round size, such as --memory 256M.',
    });
  }
  const minimum = kernel.kind === 'guest' ? GUEST_MINIMUM[kernel.name] : 0;
  if (bytes < minimum) {
    throw new InnError(`${formatBytes(bytes)} of memory are too little: this guest needs ${formatBytes(minimum)}`, {
      code: 'memory-too-small',
      nextStep: `Use --memory ${minimum / MiB}M or more.`,
    });
  }
  const most = Math.min(host.memory, largestRam(cores));
  if (bytes > most) {
    const why =
      most === host.memory
        ? `this computer has: ${formatBytes(most)}`
        : 'fit in the 4 GiB that a machine has for all it needs';
    throw new InnError(`${formatBytes(bytes)} of memory are more than ${why}`, {
      code: most === host.memory ? 'memory-beyond-host' : 'memory-too-large',
      nextStep: `Use --memory ${Math.floor(most / MiB)}M or less.`,
    });
  }
  return bytes;
}

function oneOf<T extends string>(option: string, text: string, values: readonly T[]): T {
  const value = values.find((each) => each === text);
  if (value !== undefined) return value;
  throw new InnError(`--${option} cannot be "${text}"`, {
    code: `invalid-${option}`,
    nextStep: `Use one of: ${values.join(' ')}`,
  });
}
