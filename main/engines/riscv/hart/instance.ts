/** A hart in this thread: the generated module bound to its place in the shared memory. */

import { MODE, MSTATUS } from '../isa/csr.ts';
import { decode } from '../isa/decode.ts';
import {
  CLINT_BASE,
  CLINT_STRIDE,
  CSR_INDEX,
  hartBase,
  type Layout,
  mailboxOf,
  RECORD,
  RECORDS_PER_PAGE,
  REGISTER,
  registersOf,
  SLOT,
  SLOT_OF_PAGE,
  SLOT_SIZE,
  SLOTS,
  SLOTS_BASE,
  STATE,
  STATE_SIZE,
  STRADDLE_SLOT,
} from '../memory/layout.ts';
import { ACCESS } from '../mmu/context.ts';
import { NO_TRANSLATION } from '../mmu/translate.ts';
import { OP, writeRecord } from './record.ts';

/** What a hart asks of the machine around it. */
export interface HartHost {
  /** Reads a device: `size` bytes as an unsigned number, or undefined if none answers. `size` is 1, 2 or 4. */
  load(address: number, size: 1 | 2 | 4): number | undefined;
  /** False if no device answers. */
  store(address: number, size: 1 | 2 | 4, value: number): boolean;
  /** The machine's `time` in ticks of TIMEBASE_HZ, fractions allowed. */
  now(): number;
  /** Compiles what is hot. Without it nothing is counted as hot. */
  readonly compiler?: HotCodeListener;
  /** For debuggers: the word to decode in place of `word`, whose record is at `record` in the shared memory. */
  substitute?(word: number, pageOffset: number, record: number): number;
}

export interface HotCodeListener {
  /** Jumps to an address until it counts as hot: 1 to HEAT.settled - 1. */
  readonly threshold: number;
  /** The interpreter has jumped there that often. `slot` is an address in the shared memory, `offset` is in bytes of its page. */
  hot(slot: number, offset: number): void;
}

/** What compiled code is bound to, as imports of its modules and as places to put it. */
export interface CodeBinding {
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  /** Address of the hart's private state, and of its register file. */
  readonly base: number;
  readonly registers: number;
  /** The table of compiled regions, which HEAT refers to. */
  readonly regions: WebAssembly.Table;
  /** What the module of the hart exports: the cold functions by op, floating-point operations by name. */
  readonly core: Readonly<Record<string, WebAssembly.ExportValue>>;
}

interface Exports {
  run(fuel: number, now: number): number;
  flushAll(): void;
  flushFetch(): void;
  selectSets(): void;
  translate(address: bigint, access: number, mode: number): bigint;
}

/** The heat of an address is 1 when it is first compared. */
const NEVER_HOT = 0;

/** 64-bit fields of STATE that are read and written as bigints here. */
export type StateField = keyof typeof STATE;

export class Hart {
  readonly index: number;
  readonly code: CodeBinding;
  private readonly view: DataView;
  private readonly base: number;
  private readonly registers: number;
  private readonly exports: Exports;
  private readonly layout: Layout;

  /** Binds hart `index`. The memory was prepared by `prepareMemory`; the hart by `reset`. */
  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, layout: Layout, index: number, host: HartHost) {
    this.index = index;
    this.layout = layout;
    this.base = hartBase(layout, index);
    this.registers = registersOf(index);
    const view = new DataView(memory.buffer);
    this.view = view;
    const halves = new Uint16Array(memory.buffer);
    const data = this.base + STATE.data;
    const { registers } = this;
    const regions = new WebAssembly.Table({ element: 'anyfunc', initial: 0 });
    const instance = new WebAssembly.Instance(module, {
      host: {
        memory,
        hart: this.base,
        mailbox: mailboxOf(index),
        registers,
        mtimecmp: CLINT_BASE + index * CLINT_STRIDE,
        ramBase: layout.ramBase,
        ramSize: BigInt(layout.ramSize),
        pageState: layout.pageState,
        threshold: host.compiler?.threshold ?? NEVER_HOT,
        regions,
        hot: (slot: number, offset: number) => host.compiler?.hot(slot >>> 0, offset),
        now: () => host.now(),
        decode: (record: number, original: number, pageOffset: number) => {
          const word = host.substitute?.(original, pageOffset, record) ?? original;
          writeRecord(halves, record >>> 1, decode(word >>> 0), word, pageOffset, registers);
        },
        mmioLoad: (address: number, size: number) => {
          const low = host.load(address, size === 8 ? 4 : (size as 1 | 2 | 4));
          const high = size === 8 ? host.load(address + 4, 4) : 0;
          if (low === undefined || high === undefined) return 1;
          view.setUint32(data, low, true);
          view.setUint32(data + 4, high, true);
          return 0;
        },
        mmioStore: (address: number, size: number) => {
          const low = view.getUint32(data, true);
          if (size !== 8)
            return host.store(address, size as 1 | 2 | 4, size === 4 ? low : low & ((1 << (8 * size)) - 1)) ? 0 : 1;
          return host.store(address, 4, low) && host.store(address + 4, 4, view.getUint32(data + 4, true)) ? 0 : 1;
        },
      },
    });
    this.exports = instance.exports as unknown as Exports;
    const core = instance.exports;
    this.code = { memory, layout, base: this.base, registers, regions, core };
  }

  /** Back to power-on: M-mode at `pc`, all registers zero, nothing decoded. Guest RAM is left alone. */
  reset(pc: bigint): void {
    const { view, base, registers, layout } = this;
    const bytes = new Uint8Array(view.buffer);
    bytes.fill(0, registers, registers + REGISTER.f + 32 * 8);
    bytes.fill(0, base, base + STATE_SIZE);
    bytes.fill(0, base + SLOT_OF_PAGE, base + layout.hartStride);
    // Slots are given away in order, so those that were used come first; the others stay untouched memory
    for (let i = 0, page = base + SLOTS_BASE + SLOT.page; i < SLOTS && view.getUint32(page, true) !== 0; i++) {
      view.setUint32(page, 0, true);
      page += SLOT_SIZE;
    }
    for (let i = 0; i < RECORDS_PER_PAGE + 2; i++) {
      view.setUint16(base + STRADDLE_SLOT + i * RECORD, OP.resync, true);
    }
    this.set('pc', pc);
    this.set32('mode', MODE.M);
    this.set32('hartId', this.index);
    this.set('mstatus', (MSTATUS.UXL | MSTATUS.SXL) & 0xa_0000_0000n);
    this.set('stimecmp', -1n);
    this.exports.flushAll();
    this.exports.selectSets();
  }

  /** Runs up to `fuel` instructions at machine time `now`, in ticks. Returns an EXIT. */
  run(fuel: number, now: number): number {
    return this.exports.run(fuel, now);
  }

  /** Carries out a remote fence. */
  fence(instruction: boolean, translation: boolean): void {
    if (instruction) {
      this.set('epoch', this.get('epoch') + 1n);
      this.exports.flushFetch();
    }
    if (translation) this.exports.flushAll();
  }

  /** Call after changing `mode` or `mstatus` from outside. */
  modeChanged(): void {
    this.exports.selectSets();
  }

  /**
   * The physical address behind a virtual one as the hart sees it now, or undefined if an access of that kind would fault.
   * As any access it may set A and D bits.
   */
  translate(address: bigint, access: keyof typeof ACCESS): bigint | undefined {
    const physical = this.exports.translate(BigInt.asIntN(64, address), ACCESS[access], this.get32('mode'));
    return physical === NO_TRANSLATION ? undefined : physical;
  }

  /** Instructions begun since reset, also while one of them is under way. */
  stepsNow(): number {
    return Number(this.get('steps')) + this.get32('sliceFuel') - this.get32('fuel');
  }

  x(index: number): bigint {
    return this.view.getBigUint64(this.registers + REGISTER.x + 8 * index, true);
  }
  setX(index: number, value: bigint): void {
    if (index !== 0) this.view.setBigUint64(this.registers + REGISTER.x + 8 * index, BigInt.asUintN(64, value), true);
  }
  f(index: number): bigint {
    return this.view.getBigUint64(this.registers + REGISTER.f + 8 * index, true);
  }
  setF(index: number, value: bigint): void {
    this.view.setBigUint64(this.registers + REGISTER.f + 8 * index, BigInt.asUintN(64, value), true);
  }
  get(field: StateField): bigint {
    return this.view.getBigUint64(this.base + STATE[field], true);
  }
  set(field: StateField, value: bigint): void {
    this.view.setBigUint64(this.base + STATE[field], BigInt.asUintN(64, value), true);
  }
  get32(field: StateField): number {
    return this.view.getInt32(this.base + STATE[field], true);
  }
  /** Sets one byte of the private state; `offset` is from STATE. */
  setByte(offset: number, value: number): void {
    this.view.setUint8(this.base + offset, value);
  }
  set32(field: StateField, value: number): void {
    this.view.setInt32(this.base + STATE[field], value, true);
  }
}

/** What every hart of a machine needs in the shared memory before the first is reset. */
export function prepareMemory(memory: WebAssembly.Memory, layout: Layout, csrIndex: Uint8Array): void {
  new Uint8Array(memory.buffer).set(csrIndex, CSR_INDEX);
  const view = new DataView(memory.buffer);
  for (let hart = 0; hart < layout.harts; hart++)
    view.setBigUint64(CLINT_BASE + hart * CLINT_STRIDE, ~0n & 0xffff_ffff_ffff_ffffn, true);
}
