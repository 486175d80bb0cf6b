/**
 * What a device is to the rest of the machine: registers at offsets, an interrupt line, state that can be saved.
 *
 * A device knows no bus address, thread, file or clock but what it is given. Guest misbehaviour never throws: a read of
 * nothing yields 0, a write to nothing is dropped.
 */

export type RegisterSize = 1 | 2 | 4;

export interface MmioDevice {
  readonly name: string;
  /** An unsigned value of `size` bytes. `offset` is from the start of the device's window, and within it. */
  read(offset: number, size: RegisterSize): number;
  write(offset: number, size: RegisterSize, value: number): void;
}

/** Every device: back to power-on, and its whole state as plain data (numbers, strings, bigints, Uint8Arrays, nested). */
export interface Stateful<State> {
  reset(): void;
  snapshot(): State;
  /** Takes what `snapshot` of the same version gave. Throws on anything else: that is a damaged file, not a guest. */
  restore(state: State): void;
}

/** A device that acts at a time of its own choosing, not only when it is spoken to. */
export interface Timed {
  /** When `tick` is wanted, as `DeviceClock.nanoseconds`; null for never. Ask again after every call to the device. */
  deadline(): bigint | null;
  /** Does whatever is due by now; harmless when called early. */
  tick(): void;
}

/** A level-triggered interrupt line into the interrupt controller. Setting the level it has costs nothing. */
export interface IrqLine {
  set(level: boolean): void;
}

/** Time of the machine, in nanoseconds since it was started; and of day, in nanoseconds since 1970-01-01T00:00Z. */
export interface DeviceClock {
  nanoseconds(): bigint;
  timeOfDay(): bigint;
}

/** Where the guest's console bytes go. */
export interface ByteSink {
  /**
   * Takes as many of `bytes` as there is room for and returns that count; the rest is offered again when the device's
   * `resume` is called. `bytes` is valid only during the call and may be a view of shared memory.
   */
  write(bytes: Uint8Array): number;
}

/** Takes a remark about what the guest did wrong, for the machine's log. See `rateLimited`. */
export type Note = (message: string) => void;
