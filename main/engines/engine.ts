/** What an engine is to the host: something that runs a machine and says what becomes of it. Engines never import each other. */

export interface Engine {
  readonly id: string;
  /** Cores that one machine may have. */
  readonly maxCores: number;
  /** Bytes of memory that fit beside so many cores. */
  maxMemory(cores: number): number;
  /** Throws an `InnError` for what the user can mend: a missing or unusable file, memory that is not to be had. */
  start(spec: MachineSpec, events: MachineEvents): Promise<RunningMachine>;
}

export interface MachineSpec {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  /** Absolute paths. What can be decompressed is. At least a kernel or firmware. */
  readonly files: { readonly kernel?: string; readonly initrd?: string; readonly firmware?: string };
  /** Added to what the engine itself puts on the kernel's command line. */
  readonly commandLine: string;
  /** Virtio terminals, 1 to 4: hvc0 and on. There is a serial console, ttyS0, besides. */
  readonly consoles: number;
  readonly transport: 'pci' | 'mmio';
}

export interface MachineEvents {
  /**
   * A console (`hvc0`, `ttyS0`) said something. `taken` is to be called once the bytes are dealt with: until then the guest gets
   * only a bounded number of bytes ahead on that console.
   */
  onOutput(console: string, bytes: Uint8Array, taken: () => void): void;
  /** What the guest did wrong, for its log. Rate-limited. */
  onNote(text: string): void;
  /** The guest restarted itself. */
  onReset(): void;
}

export type MachineEnd =
  /** `code` is what the guest gave the test finisher; 0 for a clean end. */
  | { readonly kind: 'powered-off'; readonly code: number }
  /** The engine failed; `report` is for people. */
  | { readonly kind: 'aborted'; readonly report: string };

export interface RunningMachine {
  /** Settles once, when the machine has ended for whatever reason and all it used is given back. */
  readonly ended: Promise<MachineEnd>;
  /** Returns when no core executes any more. */
  pause(): Promise<void>;
  resume(): void;
  /** Power off and on again, with fresh memory. */
  reset(): Promise<void>;
  /** At once; the guest is not asked. */
  powerOff(): Promise<void>;
  /** Asks the guest to shut down. False where nothing in the guest listens: then nothing will happen. */
  shutDown(): Promise<boolean>;
  /** Has the guest set its clock to the host's. False where nothing in the guest listens. */
  setClock(): Promise<boolean>;
  /** Input for a console. It waits until the guest takes it: see `inputRoom`. */
  input(console: string, bytes: Uint8Array): void;
  /** False while so much input waits that its source had better be held back. */
  inputRoom(console: string): boolean;
  /** The size of a console's terminal, in characters. */
  resize(console: string, columns: number, rows: number): void;
  statistics(): MachineStatistics;
}

export interface MachineStatistics {
  /** CPU time of all its threads since it started, in milliseconds. */
  readonly cpuMs: number;
  /** Instructions executed on all cores. */
  readonly instructions: bigint;
  /** Bytes of its memory that have been written to since it started, or since it was reset; in whole pages. */
  readonly memory: number;
}
