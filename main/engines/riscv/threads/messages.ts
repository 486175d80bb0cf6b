/** What the threads of a machine and the one that started them say in messages. */
import type { MessagePort } from 'node:worker_threads';
import type { CompiledRegion, RegionRequest } from '../jit/compile.ts';
import type { HartStart } from '../machine/boot-plan.ts';
import type { BootConsole, Channel } from '../machine/channels.ts';
import type { Layout } from '../memory/layout.ts';

export interface CommonData {
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  readonly clock: ClockKind;
}

/** How time passes: with the host's clock, or with the instructions of the one hart. */
export type ClockKind = 'wall' | 'instructions';

export interface HartData extends CommonData {
  readonly index: number;
  readonly module: WebAssembly.Module;
  readonly sbi: 'built-in' | 'firmware';
  readonly start: HartStart;
  /** Where output by the SBI goes. */
  readonly console: BootConsole;
  /** With time counted in instructions: post a `checkpoint` now and then. */
  readonly checkpoints: boolean;
  readonly jit: JitOptions;
  /** Leads to the compile thread, where `jit` says `background`. */
  readonly compilePort?: MessagePort;
}

export interface JitOptions {
  /** How code is compiled: while the guest runs on; at once, by the hart itself, so that runs repeat; not at all. */
  readonly kind: 'background' | 'sync' | 'off';
  /** Jumps to an address before it is compiled, 1 to HEAT.settled - 1. */
  readonly threshold: number;
}

/** Below, compiling takes longer than it saves: measured with the boot of Linux and with programs that run for a second. */
export const DEFAULT_JIT_THRESHOLD = 8000;

/** From a hart to the compile thread. */
export interface CompileOrder {
  readonly requests: readonly RegionRequest[];
}

/** What came of the order before; answers come in the order of the orders. */
export type CompileAnswer =
  | {
      readonly kind: 'compiled';
      readonly module: WebAssembly.Module;
      /** Of WebAssembly. */
      readonly bytes: number;
      readonly regions: readonly (CompiledRegion | undefined)[];
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly why: string };

/** What reaches a guest's console from outside: bytes, or the size of its terminal. Messages to the device thread. */
export type ConsoleEvent =
  | { readonly kind: 'input'; readonly channel: Channel; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly channel: Channel; readonly columns: number; readonly rows: number };

/** Input that a machine got, for a run that is to be repeated. `at` is the machine's time in nanoseconds. */
export type RecordedInput = ConsoleEvent & { readonly at: number };

/** What a run that repeats has in common with the one before: see `digest.ts`. */
export interface Checkpoint {
  /** Instructions executed. */
  readonly steps: number;
  /** SHA-1 over guest RAM, the hart, the interrupt controllers and the time, in hex. */
  readonly digest: string;
}

export interface DeviceData extends CommonData {
  readonly transport: 'pci' | 'mmio';
  readonly channels: readonly Channel[];
  /** With time counted in instructions, random numbers come from this. */
  readonly seed: number;
  /** Input to give instead of what arrives, at exactly these times. */
  readonly replay?: readonly RecordedInput[];
}

/** From a hart's or the device thread. */
export type FromThread =
  /** Output. `MACHINE.inFlight` counts its bytes and MESSAGE_COST until they are taken. */
  | { readonly kind: 'output'; readonly channel: Channel; readonly bytes: Uint8Array }
  /** Something in the guest has opened the agent's port, or closed it. Counts as an empty output of that channel. */
  | { readonly kind: 'agent'; readonly open: boolean }
  /** The guest's console took this over. */
  | { readonly kind: 'taken'; readonly input: RecordedInput }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | { readonly kind: 'finished'; readonly how: 'powered-off' | 'reset'; readonly code: number }
  | { readonly kind: 'fault'; readonly report: string }
  | { readonly kind: 'note'; readonly text: string };

/** Output of one channel that may be on its way to the host, in bytes; a console with more to say waits. */
export const OUTPUT_LIMIT = 256 * 1024;
/** What a message of output counts beside its bytes: a flood of single bytes is to take no more memory than one of lines. */
export const MESSAGE_COST = 1024;
