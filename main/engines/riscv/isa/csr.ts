/**
 * Control and status registers: numbers, and which bits software can write.
 * Source: RISC-V Privileged Architecture, version 1.13, chapters 2 to 4, 12 (Sstc); Unprivileged, chapter "Zicsr".
 */

export const CSR = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  senvcfg: 0x10a,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  sip: 0x144,
  stimecmp: 0x14d,
  satp: 0x180,
  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
  mstatus: 0x300,
  misa: 0x301,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  pmpcfg0: 0x3a0,
  pmpaddr0: 0x3b0,
  mcycle: 0xb00,
  minstret: 0xb02,
  mhpmcounter3: 0xb03,
  mhpmevent3: 0x323,
  hpmcounter3: 0xc03,
  tselect: 0x7a0,
  tdata1: 0x7a1,
  tdata2: 0x7a2,
  tdata3: 0x7a3,
} as const; // prettier-ignore

export type CsrName = keyof typeof CSR;

/** Exception and interrupt causes (Privileged 1.13, table 15). */
export const CAUSE = {
  instructionAddressMisaligned: 0,
  instructionAccessFault: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadAddressMisaligned: 4,
  loadAccessFault: 5,
  storeAddressMisaligned: 6,
  storeAccessFault: 7,
  ecallFromU: 8,
  ecallFromS: 9,
  ecallFromM: 11,
  instructionPageFault: 12,
  loadPageFault: 13,
  storePageFault: 15,
} as const;

/** Interrupt numbers: bit positions in mip and mie, and the cause code beside the interrupt bit. */
export const IRQ = { ssi: 1, msi: 3, sti: 5, mti: 7, sei: 9, mei: 11 } as const;

export const MODE = { U: 0, S: 1, M: 3 } as const;

/** Bits of mstatus (Privileged 1.13, section 3.1.6). */
export const MSTATUS = {
  SIE: 1n << 1n,
  MIE: 1n << 3n,
  SPIE: 1n << 5n,
  MPIE: 1n << 7n,
  SPP: 1n << 8n,
  MPP: 3n << 11n,
  FS: 3n << 13n,
  MPRV: 1n << 17n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
  TVM: 1n << 20n,
  TW: 1n << 21n,
  TSR: 1n << 22n,
  UXL: 3n << 32n,
  SXL: 3n << 34n,
  SD: 1n << 63n,
} as const;

/** What sstatus shows of mstatus, and the part of it that software can write. */
export const SSTATUS_WRITABLE = MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.FS | MSTATUS.SUM | MSTATUS.MXR;
export const SSTATUS_VISIBLE = SSTATUS_WRITABLE | MSTATUS.UXL | MSTATUS.SD;
export const MSTATUS_WRITABLE =
  SSTATUS_WRITABLE | MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP | MSTATUS.MPRV | MSTATUS.TVM | MSTATUS.TW | MSTATUS.TSR;

/** Bits of menvcfg (Privileged 1.13, section 3.1.18) and senvcfg. */
export const ENVCFG = {
  FIOM: 1n << 0n,
  CBIE: 3n << 4n,
  CBCFE: 1n << 6n,
  CBZE: 1n << 7n,
  ADUE: 1n << 61n,
  STCE: 1n << 63n,
} as const;
export const SENVCFG_WRITABLE = ENVCFG.FIOM | ENVCFG.CBIE | ENVCFG.CBCFE | ENVCFG.CBZE;
export const MENVCFG_WRITABLE = SENVCFG_WRITABLE | ENVCFG.ADUE | ENVCFG.STCE;

/** Exceptions that may be delegated to S-mode: all but the environment call from M-mode. */
export const MEDELEG_WRITABLE = 0xb3ffn;
/** Interrupts that may be delegated: those of S-mode. */
export const MIDELEG_WRITABLE = (1n << 1n) | (1n << 5n) | (1n << 9n);
export const MIE_WRITABLE = MIDELEG_WRITABLE | (1n << 3n) | (1n << 7n) | (1n << 11n);

/** RV64 with A C D F I M S U. B is the sum of Zba, Zbb, Zbs (B extension 1.0). */
export const MISA = (2n << 62n) | [...'ABCDFIMSU'].reduce((bits, c) => bits | (1n << BigInt(c.charCodeAt(0) - 65)), 0n);

/** PMP entries implemented (Privileged 1.13, section 3.7); 0, 16 or 64 are allowed. */
export const PMP_ENTRIES = 16;

/** Ticks of `time` in a second: the timebase-frequency of QEMU's virt board, in Hz. */
export const TIMEBASE_HZ = 10_000_000;
