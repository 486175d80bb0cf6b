/**
 * Generic PCI host ("pci-host-ecam-generic") with one bus: an ECAM window for configuration (PCI Express 5.0, section 7.2.2),
 * a window of memory for BARs, and one of I/O ports, where nothing answers.
 */
import type { IrqLine, MmioDevice, RegisterSize, Stateful } from '../device.ts';
import { DamagedState, integer, list, record, type Shape, type StateOf } from '../state.ts';
import type { PciFunction } from './function.ts';

export const SLOTS = 32;
/** INTA# to INTD#. */
export const INTX_LINES = 4;

/** Bits of an ECAM address from the bottom: register 12, function 3, device 5, bus 8. */
const ECAM = { deviceShift: 15, deviceSize: 1 << 15, functionSize: 1 << 12 } as const;

const functionState: Shape<unknown> = (value) => value;
const STATE = record({
  slots: list(record({ slot: integer(0, SLOTS - 1), state: functionState }), 0, SLOTS),
});
export type PciHostState = StateOf<typeof STATE>;

interface Target {
  readonly slot: PciFunction;
  readonly bar: number;
  readonly address: number;
  readonly size: number;
}

export class PciHost implements Stateful<PciHostState> {
  static readonly ecamSize = 0x1000_0000;
  readonly #functions = new Map<number, PciFunction>();
  readonly #irqs: readonly IrqLine[];
  readonly #memoryBase: number;
  /** For each INTx line the slots that drive it. */
  readonly #drivers: readonly Set<number>[];
  #last: Target | undefined;

  /** `irqs` are lines A to D; `memoryBase` is the bus address of the start of the memory window. */
  constructor(options: { irqs: readonly [IrqLine, IrqLine, IrqLine, IrqLine]; memoryBase: number }) {
    this.#irqs = options.irqs;
    this.#memoryBase = options.memoryBase;
    this.#drivers = options.irqs.map(() => new Set());
  }

  /** Puts a function into an empty slot, 0 to 31. */
  plug(slot: number, pciFunction: PciFunction): void {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOTS) throw new RangeError(`No PCI slot ${slot}`);
    if (this.#functions.has(slot)) throw new RangeError(`PCI slot ${slot} is taken`);
    this.#functions.set(slot, pciFunction);
    const { interruptPin } = pciFunction.configSpace;
    if (interruptPin > 0) pciFunction.connect(this.#wire(slot, intxLine(slot, interruptPin)));
  }

  readonly ecam: MmioDevice = {
    name: 'pci-ecam',
    read: (offset, size) => {
      const pciFunction = this.#at(offset);
      return pciFunction ? pciFunction.readConfig(offset % ECAM.functionSize, size) : allOnes(size);
    },
    write: (offset, size, value) => {
      this.#at(offset)?.writeConfig(offset % ECAM.functionSize, size, value);
    },
  };

  readonly memory: MmioDevice = {
    name: 'pci-memory',
    read: (offset, size) => {
      const address = this.#memoryBase + offset;
      const target = this.#decode(address, size);
      return target ? target.slot.readBar(target.bar, address - target.address, size) : allOnes(size);
    },
    write: (offset, size, value) => {
      const address = this.#memoryBase + offset;
      const target = this.#decode(address, size);
      target?.slot.writeBar(target.bar, address - target.address, size, value);
    },
  };

  readonly ports: MmioDevice = { name: 'pci-ports', read: (_offset, size) => allOnes(size), write: () => {} };

  reset(): void {
    for (const pciFunction of this.#functions.values()) pciFunction.reset();
  }

  snapshot(): PciHostState {
    return { slots: [...this.#functions].map(([slot, pciFunction]) => ({ slot, state: pciFunction.snapshot() })) };
  }

  /** Throws also where other slots are in use than were when the state was saved. */
  restore(state: PciHostState): void {
    const { slots } = STATE(state);
    const same = slots.length === this.#functions.size && slots.every(({ slot }) => this.#functions.has(slot));
    if (!same) throw new DamagedState('state.slots', 'about the slots that are in use');
    for (const saved of slots) this.#functions.get(saved.slot)?.restore(saved.state);
  }

  #at(offset: number): PciFunction | undefined {
    // Each slot has one function, number 0.
    if (offset % ECAM.deviceSize >= ECAM.functionSize) return undefined;
    return this.#functions.get(offset >>> ECAM.deviceShift);
  }

  #decode(address: number, size: number): Target | undefined {
    const hit = ({ slot, bar, address: base, size: length }: Target) =>
      address >= base && address + size <= base + length && slot.configSpace.barAddress(bar) === base;
    if (this.#last && hit(this.#last)) return this.#last;
    for (const slot of this.#functions.values()) {
      for (const [bar, length] of slot.configSpace.bars.entries()) {
        const base = slot.configSpace.barAddress(bar);
        if (base === undefined) continue;
        const target = { slot, bar, address: base, size: length };
        if (hit(target)) {
          this.#last = target;
          return target;
        }
      }
    }
    return undefined;
  }

  /** Several slots share a line: it is high while any of them drives it. */
  #wire(slot: number, line: number): IrqLine {
    const drivers = this.#drivers[line];
    const irq = this.#irqs[line];
    return {
      set: (level) => {
        if (level) drivers?.add(slot);
        else drivers?.delete(slot);
        irq?.set((drivers?.size ?? 0) > 0);
      },
    };
  }
}

/** Which of the lines a slot's pin (1 is INTA#) is wired to, so that slots spread over them; the device tree says the same. */
export function intxLine(slot: number, pin: number): number {
  return (slot + pin - 1) % INTX_LINES;
}

/** What a read gives that no function answers. */
function allOnes(size: RegisterSize): number {
  return 2 ** (8 * size) - 1;
}
