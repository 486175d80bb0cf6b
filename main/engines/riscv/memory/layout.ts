/**
 * The shared memory of a machine: every offset, once. One wasm32 memory holds, from the bottom:
 *
 *     0          nothing (a null page)
 *     0x1000     register files of all harts: below 64 KiB, so that a predecoded record names a register by its 16-bit address
 *     0x3000     the map from CSR numbers to the interpreter's table of CSRs
 *     0x4000     mailboxes: a block of words for the machine, then one per hart; what threads tell each other
 *     0x8000     MMIO request slots, one per hart, for the device thread
 *     0xA000     the interrupt controllers' shared words (CLINT, PLIC)
 *     0x10000    harts: private state, TLBs and decode slots, HART_STRIDE bytes each
 *     ...        page state: a byte for each 4 KiB page of guest RAM
 *     ramBase    guest RAM, aligned to 64 KiB
 *
 * All numbers are bytes unless said otherwise. Names ending in `64` are two words wide and 8-byte aligned.
 */

export const WASM_PAGE = 65536;
const MIB = 1 << 20;
export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;
export const MAX_HARTS = 8;

/** Guest-physical address of RAM, as on QEMU's virt board. */
export const RAM_GPA = 0x8000_0000;

// Register files

export const REGISTERS_BASE = 0x1000;
export const REGISTERS_STRIDE = 0x400;
/** Offsets in a register file. Writes to x0 go to a sink, so that x0 stays zero without a test. */
export const REGISTER = { x: 0, sink: 32 * 8, f: 33 * 8 } as const;

export function registersOf(hart: number): number {
  return REGISTERS_BASE + hart * REGISTERS_STRIDE;
}

// Mailboxes (32-bit words unless named otherwise; all accessed atomically)

/** For each CSR number its index in the interpreter's table of CSRs, one byte; 0 where there is none. */
export const CSR_INDEX = 0x3000;

export const MACHINE_MAILBOX = 0x4000;
export const MACHINE = {
  /** Bumped to wake the device thread; it waits here. */
  deviceDoorbell: 0,
  /** What the machine is to do: a `MACHINE_COMMAND`. */
  command: 4,
  /** Milliseconds by which the machine's time lags the host's monotonic clock, a double: when it started, and pauses. */
  timeLag64: 16,
  /** The machine's time in nanoseconds where it is counted in instructions, a double. */
  virtualTime64: 24,
  /** Host nanoseconds of CPU time that the device thread has used. */
  deviceCpuTime64: 32,
  /** For each channel (`machine/channels.ts`) a word: bytes of output on their way to the host that it has not yet taken. */
  inFlight: 64,
} as const;

/** `stop` asks every thread of the machine to end. */
export const MACHINE_COMMAND = { run: 0, stop: 1 } as const;

export const HART_MAILBOX = 0x4100;
export const HART_MAILBOX_STRIDE = 0x80;
export const MAILBOX = {
  /** The scheduler's word: 1 lets the hart run, 0 stops it at its next slice boundary. The hart waits here. */
  grant: 0,
  /** Non-zero asks the hart to look at its mailbox at the next slice boundary. WFI waits here. */
  attention: 4,
  /** Interrupt lines driven by others, bit positions as in mip (MSIP, MTIP, SEIP, MEIP, SSIP). */
  lines: 8,
  /** Remote fences to carry out: `FENCE` bits. */
  fence: 12,
  /** Counts fences carried out; initiators wait here. */
  fenceDone: 16,
  /** A `HART_STATE`. */
  state: 20,
  /** The hart's state as SBI knows it, an `HSM_STATE`; and the signal of `startHart`, 1 once the words below are there. */
  hsm: 56,
  start: 60,
  /** SBI HSM: where to start, and the value of a1. */
  startAddress64: 24,
  startOpaque64: 32,
  /** Host nanoseconds of thread CPU time this hart has used, written at slice boundaries. */
  cpuTime64: 40,
  /** Instructions executed, written at slice boundaries. */
  steps64: 48,
} as const;

export const FENCE = { instruction: 1, translation: 2 } as const;

/** `parked` means: will look at `fence` and `lines` before its next guest instruction. */
export const HART_STATE = { parked: 0, running: 1 } as const;

export function mailboxOf(hart: number): number {
  return HART_MAILBOX + hart * HART_MAILBOX_STRIDE;
}

// MMIO requests to the device thread

export const MMIO_BASE = 0x8000;
export const MMIO_STRIDE = 0x40;
export const MMIO = {
  /** An `MMIO_STATE`; the hart waits here for the answer. */
  state: 0,
  address: 4,
  size: 8,
  /** The value to write, or the answer to a read; at most 32 bits. */
  value: 12,
  /** 1 if no device answers at that address. */
  fault: 16,
} as const;
export const MMIO_STATE = {
  idle: 0,
  read: 1,
  write: 2,
  done: 3,
  /** With time counted in instructions: the hart has come to a point where input may be taken. `value` 1: it is idle. */
  sync: 4,
} as const;

// Interrupt controllers

export const CLINT_BASE = 0xa000;
/** mtimecmp of each hart, 64 bits each; all ones when not set. */
export const CLINT_STRIDE = 8;

export const PLIC_BASE = 0xa100;
/** Interrupt sources, counting source 0 that does not exist, and contexts: M-mode and S-mode of each hart. */
export const PLIC_SOURCES = 96;
export const PLIC_CONTEXTS = 2 * MAX_HARTS;
const PLIC_WORDS = PLIC_SOURCES / 32;
/** Offsets from PLIC_BASE; a set of sources is PLIC_WORDS words, source `s` being bit `s % 32` of word `s >> 5`. */
export const PLIC = {
  /** Guards all words below: a `SpinLock`. */
  lock: 0,
  /** Sets: interrupt pending; wire high; claimed and not yet completed. */
  pending: 0x10,
  level: 0x20,
  claimed: 0x30,
  /** One word for each source. */
  priority: 0x40,
  /** One word for each context. */
  threshold: 0x40 + 4 * PLIC_SOURCES,
  /** One set for each context. */
  enable: 0x40 + 4 * PLIC_SOURCES + 4 * PLIC_CONTEXTS,
} as const;
export const PLIC_SIZE = PLIC.enable + 4 * PLIC_WORDS * PLIC_CONTEXTS;

// Hart areas

export const HARTS_BASE = 0x10000;

/** Private state of a hart, offsets from its base. All 64-bit values unless said otherwise. */
export const STATE = {
  pc: 0x00,
  /** Privilege mode, a `MODE` (i32). */
  mode: 0x08,
  /** Offset from the hart's base of the TLB set in use for data, and for fetches (i32). */
  dataTlb: 0x0c,
  fetchTlb: 0x10,
  /** Fuel left when the interpreter last left its loop, and what the slice began with, in instructions (i32). */
  fuel: 0x14,
  sliceFuel: 0x18,
  /** Why `run` returned: an `EXIT` (i32). */
  exit: 0x1c,
  mstatus: 0x20,
  medeleg: 0x28,
  mideleg: 0x30,
  mie: 0x38,
  /** Bits of mip that this hart's own software sets (SSIP, STIP, SEIP). Others come from MAILBOX.lines and the timers. */
  mip: 0x40,
  mtvec: 0x48,
  mscratch: 0x50,
  mepc: 0x58,
  mcause: 0x60,
  mtval: 0x68,
  stvec: 0x70,
  sscratch: 0x78,
  sepc: 0x80,
  scause: 0x88,
  stval: 0x90,
  satp: 0x98,
  stimecmp: 0xa0,
  menvcfg: 0xa8,
  senvcfg: 0xb0,
  mcounteren: 0xb8,
  scounteren: 0xc0,
  mcountinhibit: 0xc8,
  /** Instructions started since reset, up to the current slice; those that trapped. */
  steps: 0xd0,
  trapped: 0xd8,
  /** What software added to minstret and mcycle by writing them. */
  instretOffset: 0xe0,
  cycleOffset: 0xe8,
  /** fflags and frm (i32 each). */
  fflags: 0xf0,
  frm: 0xf4,
  /** LR/SC: host address of the reservation or 0 (i32), its size in bytes (i32), and the value seen. */
  reservation: 0xf8,
  reservationSize: 0xfc,
  reservedValue: 0x100,
  /** Cause of the exception that the last failed translation asks for (i32). */
  faultCause: 0x108,
  /** Operand or result of a memory access that the interpreter does not do inline. */
  data: 0x110,
  /** Virtual address of the page that is executed from, and the address of its decode slot (i32). */
  pagePc: 0x118,
  slot: 0x160,
  /** Next decode slot to give away (i32). */
  nextSlot: 0x120,
  /** 1: a trap into M-mode ends `run` instead, for the host is the firmware (i32). */
  sbi: 0x128,
  /** mhartid (i32). */
  hartId: 0x12c,
  /** Page offset of the record in use in the straddle slot (i32). */
  straddle: 0x130,
  /** 1 if a superpage was put in a TLB for an address in the lower half since the last flush (i32). */
  superpages: 0x134,
  /** 1 if the instruction under way reached a device (i32). */
  deviceAccess: 0x138,
  /** fence.i count: decode slots of an older epoch are verified before use. */
  epoch: 0x140,
  /** Compiled code: how often it was entered, instructions that it executed, how often it left one to the interpreter. */
  compiledEntries: 0x148,
  compiledSteps: 0x150,
  compiledBails: 0x158,
  pmpaddr: 0x200,
  /** One byte per PMP entry. */
  pmpcfg: 0x280,
} as const;

/** Why `run` returned. */
export const EXIT = {
  /** The fuel is used up, or a timer was set and the slice should be cut anew. */
  slice: 1,
  /** WFI with nothing pending; pc is behind it. */
  wfi: 2,
  /** A trap into M-mode with built-in SBI; mcause, mepc and mtval say which. pc is still at the instruction. */
  firmware: 3,
  /** Zihintpause; pc is behind it. */
  pause: 4,
} as const;
export const STATE_SIZE = 0x400;

/** Data TLB sets, one for each combination that translates alike: user, supervisor, the same with SUM, machine. */
export const TLB_SET = { user: 0, supervisor: 1, supervisorUser: 2, machine: 3 } as const;
export const TLB_SETS = 4;
export const TLB_ENTRIES = 256;
/** {tag: virtual page address i64, addend: i32 to add to a virtual address to get the host address, i32 unused}. */
export const TLB_ENTRY = 16;
export const TLB_SIZE = TLB_ENTRIES * TLB_ENTRY;
export const TLB_WRITE = TLB_SIZE;
export const TLB_SET_SIZE = 2 * TLB_SIZE;
export const DATA_TLB = STATE_SIZE;
/** Fetch TLB sets, one per mode (U, S, M): {tag i64, decode slot address i32, unused i32}. */
export const FETCH_TLB = DATA_TLB + TLB_SETS * TLB_SET_SIZE;
export const FETCH_SETS = 3;
export const FETCH_SET_SIZE = TLB_SIZE;
const AFTER_TLBS = FETCH_TLB + FETCH_SETS * FETCH_SET_SIZE;

/** One predecoded instruction, in bytes; see `hart/record.ts` for its fields. */
export const RECORD = 8;
/** A record stands for two bytes of code: offsets in a page shifted left by this are offsets in its slot. */
export const RECORD_SCALE_SHIFT = 2;
export const RECORDS_PER_PAGE = PAGE_SIZE / 2;
/**
 * Records of a page, then two that lead on to the next page, then a copy of the page as it was decoded, then its heat: 16 bits
 * for every two bytes of code, see HEAT.
 */
export const SLOT = {
  records: 0,
  pageEnd: RECORDS_PER_PAGE * RECORD,
  copy: (RECORDS_PER_PAGE + 2) * RECORD,
  /** Index of the guest page decoded here plus 1, 0 if none (i32). */
  page: (RECORDS_PER_PAGE + 2) * RECORD + PAGE_SIZE,
  /** Rises whenever the slot is filled anew, so that what was compiled from older contents is told apart (i32). */
  generation: (RECORDS_PER_PAGE + 2) * RECORD + PAGE_SIZE + 4,
  /** The epoch that the slot was last verified in. */
  epoch: (RECORDS_PER_PAGE + 2) * RECORD + PAGE_SIZE + 8,
  heat: (RECORDS_PER_PAGE + 2) * RECORD + PAGE_SIZE + 16,
} as const;
export const SLOT_SIZE = SLOT.heat + PAGE_SIZE;
/**
 * What the heat of an address says: how often the interpreter jumped there; from `settled` on it counts no more.
 * `compiled` plus n: function n of the hart's table of regions is compiled code that starts here.
 */
export const HEAT = { settled: 0x7fff, compiled: 0x8000 } as const;
/** Decode slots per hart; 1024 hold 4 MiB of guest code. */
export const SLOTS = 1024;
/** Compiled regions that a hart may hold at once. */
export const MAX_REGIONS = 0x1_0000 - HEAT.compiled;
/** A slot for one instruction that lies across a page boundary; all its other records lead back to a look-up. */
export const STRADDLE_SLOT = AFTER_TLBS;
export const SLOTS_BASE = STRADDLE_SLOT + SLOT_SIZE;
/** For each guest page the number of its decode slot plus 1, or 0 (16 bits each). */
export const SLOT_OF_PAGE = SLOTS_BASE + SLOTS * SLOT_SIZE;

export interface Layout {
  readonly harts: number;
  /** Bytes of guest RAM, a multiple of 64 KiB. */
  readonly ramSize: number;
  readonly hartStride: number;
  readonly pageState: number;
  readonly ramBase: number;
  /** Size of the whole memory in WebAssembly pages. */
  readonly wasmPages: number;
}

/** Lays out a machine. `harts` is 1 to 8; `ramSize` in bytes. Throws a RangeError where it does not fit in 4 GiB. */
export function layoutOf(harts: number, ramSize: number): Layout {
  if (!Number.isInteger(harts) || harts < 1 || harts > MAX_HARTS) throw new RangeError(`${harts} harts: 1 to 8 fit`);
  if (!Number.isInteger(ramSize) || ramSize <= 0 || ramSize % WASM_PAGE !== 0) {
    throw new RangeError(`${ramSize} bytes of RAM: a positive multiple of 64 KiB is wanted`);
  }
  const guestPages = ramSize / PAGE_SIZE;
  const hartStride = roundUp(SLOT_OF_PAGE + guestPages * 2, PAGE_SIZE);
  const pageState = HARTS_BASE + harts * hartStride;
  const ramBase = roundUp(pageState + guestPages, WASM_PAGE);
  const wasmPages = (ramBase + ramSize) / WASM_PAGE;
  if (wasmPages > 65536)
    throw new RangeError(`${ramSize} bytes of RAM do not fit in a 4 GiB memory beside ${harts} harts`);
  return { harts, ramSize, hartStride, pageState, ramBase, wasmPages };
}

export function hartBase(layout: Layout, hart: number): number {
  return HARTS_BASE + hart * layout.hartStride;
}

/** Bytes of RAM that fit beside so many harts, in whole MiB. */
export function largestRam(harts: number): number {
  let [fits, beyond] = [1, 4096];
  while (beyond - fits > 1) {
    const middle = (fits + beyond) >> 1;
    if (isPossible(harts, middle * MIB)) fits = middle;
    else beyond = middle;
  }
  return fits * MIB;
}

function isPossible(harts: number, ramSize: number): boolean {
  try {
    layoutOf(harts, ramSize);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
