/** Windows of guest-physical addresses, and the device behind each. */
import type { MmioDevice, RegisterSize } from './device.ts';

interface Window {
  readonly base: number;
  /** First address after it. */
  readonly end: number;
  readonly device: MmioDevice;
}

export class Bus {
  /** Ascending, without overlap. */
  readonly #windows: Window[] = [];
  /** The window of the last access: devices are mostly spoken to many times in a row. */
  #last: Window | undefined;

  /** Puts `device` at `size` bytes from `base`. Throws where that overlaps another window: the machine is built wrong. */
  map(base: number, size: number, device: MmioDevice): void {
    const end = base + size;
    const other = this.#windows.find((window) => base < window.end && window.base < end);
    if (other) throw new RangeError(`${device.name} at 0x${base.toString(16)} overlaps ${other.device.name}`);
    const after = this.#windows.findIndex((window) => window.base > base);
    this.#windows.splice(after < 0 ? this.#windows.length : after, 0, { base, end, device });
  }

  /**
   * Reads a register; undefined means an access fault: no device there, an address that is not a multiple of `size`, or
   * another size than 1, 2, 4 (the caller makes two accesses of one of 8 bytes, lower address first).
   */
  read(address: number, size: number): number | undefined {
    const window = this.#find(address, size);
    return window?.device.read(address - window.base, size as RegisterSize);
  }

  /** Writes the low `size` bytes of `value`; false means an access fault, as for `read`. */
  write(address: number, size: number, value: number): boolean {
    const window = this.#find(address, size);
    if (!window) return false;
    window.device.write(
      address - window.base,
      size as RegisterSize,
      size === 4 ? value >>> 0 : value & (2 ** (8 * size) - 1),
    );
    return true;
  }

  #find(address: number, size: number): Window | undefined {
    if ((size !== 1 && size !== 2 && size !== 4) || address % size !== 0) return undefined;
    let window = this.#last;
    if (!window || address < window.base || address >= window.end) {
      window = this.#windows.find((each) => address >= each.base && address < each.end);
      this.#last = window;
    }
    return window && address + size <= window.end ? window : undefined;
  }
}
