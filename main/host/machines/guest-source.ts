/** Where the host has Innkeeper's own Linux from. */
import type { MachineSettings } from '../../../shared/contract/machine.ts';

export type GuestKernel = Extract<MachineSettings['boot'], { kind: 'linux' }>['kernel'];

export interface ReadyGuest {
  /** Absolute paths. */
  readonly kernel: string;
  readonly initrd: string;
  /** For people, such as "Linux 6.12.48". */
  readonly title: string;
}

export interface EnsureOptions {
  /** What is being done, and how much of that step is done: 0 to 1, or null where nobody can tell. */
  onProgress(step: string, fraction: number | null): void;
  readonly signal: AbortSignal;
}

export interface GuestSource {
  /** Those that can be had without waiting. */
  ready(): Promise<GuestKernel[]>;
  /**
   * Builds the guest unless it is there. Throws an `InnError` for what the user can mend, and the signal's reason once that
   * fires.
   */
  ensure(kernel: GuestKernel, options: EnsureOptions): Promise<ReadyGuest>;
}
