/**
 * The registers that GDB sees: their numbers in the protocol, and what they are in a hart. From these rows come both the
 * target description and the answers to `g`, `p` and `P`.
 */
import type { Hart, StateField } from '../../hart/instance.ts';
import { CSR, type CsrName, IRQ, MISA, MSTATUS, SSTATUS_VISIBLE } from '../../isa/csr.ts';
import { F_NAMES, X_NAMES } from '../../isa/registers.ts';

export interface Register {
  readonly name: string;
  readonly number: number;
  readonly bits: 8 | 32 | 64;
  readonly type: 'int' | 'code_ptr' | 'data_ptr' | 'ieee_double';
  readonly feature: Feature;
  read(hart: Hart): bigint;
  /** Without it the register can only be read. */
  write?(hart: Hart, value: bigint): void;
}

/** GDB manual, "RISC-V Features". */
export const FEATURES = ['cpu', 'fpu', 'csr', 'virtual'] as const;
type Feature = (typeof FEATURES)[number];

/** GDB's own numbers: x0 to x31, pc, f0 to f31, then all CSRs by number, then privilege. */
const NUMBER = { x: 0, pc: 32, f: 33, csr: 65, priv: 65 + 4096 } as const;
const POINTERS: ReadonlyMap<string, Register['type']> = new Map([
  ['ra', 'code_ptr'],
  ['sp', 'data_ptr'],
  ['gp', 'data_ptr'],
  ['tp', 'data_ptr'],
]);

const integers = X_NAMES.map(
  (name, index): Register => ({
    name,
    number: NUMBER.x + index,
    bits: 64,
    type: POINTERS.get(name) ?? 'int',
    feature: 'cpu',
    read: (hart) => hart.x(index),
    write: (hart, value) => hart.setX(index, value),
  }),
);

const pc: Register = {
  name: 'pc',
  number: NUMBER.pc,
  bits: 64,
  type: 'code_ptr',
  feature: 'cpu',
  read: (hart) => BigInt.asUintN(64, hart.get('pc')),
  // Instructions are at even addresses; an odd one would be none of any hart's.
  write: (hart, value) => hart.set('pc', value & ~1n),
};

const floats = F_NAMES.map(
  (name, index): Register => ({
    name,
    number: NUMBER.f + index,
    bits: 64,
    type: 'ieee_double',
    feature: 'fpu',
    read: (hart) => hart.f(index),
    write: (hart, value) => {
      hart.setF(index, value);
      hart.set('mstatus', hart.get('mstatus') | MSTATUS.FS);
    },
  }),
);

/** CSRs that are a field of the hart's state as it is. Those in the second list take any value that GDB writes. */
// biome-ignore format: a table
const READ_ONLY = [
  'mstatus', 'medeleg', 'mideleg', 'mie', 'satp', 'stimecmp', 'menvcfg', 'senvcfg', 'mcounteren', 'scounteren',
  'mcountinhibit',
] as const satisfies readonly (StateField & CsrName)[];
const WRITABLE = [
  'mscratch',
  'mcause',
  'mtval',
  'sscratch',
  'scause',
  'stval',
  'mtvec',
  'stvec',
  'mepc',
  'sepc',
] as const;
/** Written only with the bit clear that makes an address odd or a trap vector reserved. */
const ALIGNED: ReadonlySet<string> = new Set(['mtvec', 'stvec', 'mepc', 'sepc']);

const field = (name: StateField & CsrName): Register => csr(name, (hart) => withDirty(name, hart.get(name)));

function withDirty(name: string, value: bigint): bigint {
  return name === 'mstatus' && (value & MSTATUS.FS) === MSTATUS.FS ? value | MSTATUS.SD : value;
}

const SUPERVISOR_INTERRUPTS = (1n << BigInt(IRQ.ssi)) | (1n << BigInt(IRQ.sti)) | (1n << BigInt(IRQ.sei));

const csrs: Register[] = [
  ...READ_ONLY.map(field),
  ...WRITABLE.map((name) => ({
    ...field(name),
    write: (hart: Hart, value: bigint) => hart.set(name, ALIGNED.has(name) ? value & ~1n : value),
  })),
  csr('mip', (hart) => hart.get('mip')),
  csr('sstatus', (hart) => withDirty('mstatus', hart.get('mstatus')) & SSTATUS_VISIBLE),
  csr('sie', (hart) => hart.get('mie') & hart.get('mideleg')),
  csr('sip', (hart) => hart.get('mip') & hart.get('mideleg') & SUPERVISOR_INTERRUPTS),
  csr('misa', () => MISA),
  csr('mhartid', (hart) => BigInt(hart.index)),
  csr('minstret', (hart) => BigInt(hart.stepsNow())),
  { ...csr('fflags', (hart) => BigInt(hart.get32('fflags'))), bits: 32 },
  { ...csr('frm', (hart) => BigInt(hart.get32('frm'))), bits: 32 },
  { ...csr('fcsr', (hart) => BigInt(hart.get32('fflags') | (hart.get32('frm') << 5))), bits: 32 },
];

function csr(name: CsrName, read: (hart: Hart) => bigint): Register {
  return { name, number: NUMBER.csr + CSR[name], bits: 64, type: 'int', feature: 'csr', read };
}

const privilege: Register = {
  name: 'priv',
  number: NUMBER.priv,
  bits: 8,
  type: 'int',
  feature: 'virtual',
  read: (hart) => BigInt(hart.get32('mode')),
};

/** In the order of their numbers. */
export const REGISTERS: readonly Register[] = [...integers, pc, ...floats, ...csrs, privilege].sort(
  (a, b) => a.number - b.number,
);

export const BY_NUMBER: ReadonlyMap<number, Register> = new Map(REGISTERS.map((row) => [row.number, row]));

/** What `g` answers and `G` takes: the rest GDB asks for one by one. */
export const GENERAL: readonly Register[] = [...integers, pc];
