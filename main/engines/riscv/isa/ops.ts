/**
 * What an instruction may do.
 *
 * Each row of the instruction tables is written once against `Ops`; the interpreter, the JIT and the oracle are back
 * ends that give it meaning. `V` is a 64-bit value and `R` a register reference, both chosen by the back end: bigint and
 * index in the oracle, code that reads a decoded record in the generated interpreter.
 *
 * Two rules keep rows meaningful for back ends that generate code:
 * - A `V` used twice is computed twice; bind it with `let` first.
 * - Everything that can trap (`load`, `rm`, ...) comes before the first register write, for a trap must leave no trace.
 */

export type AccessSize = 1 | 2 | 4 | 8;
export type FloatFormat = 'S' | 'D';
export type AmoKind = 'swap' | 'add' | 'xor' | 'and' | 'or' | 'min' | 'max' | 'minu' | 'maxu';
export type CsrKind = 'write' | 'set' | 'clear';
export type CboKind = 'inval' | 'clean' | 'flush' | 'zero';

/**
 * Floating-point operations on raw bit patterns. A single is the low 32 bits, the rest zero. `toI32`, `toU32` yield the
 * 32-bit result sign-extended, as `fcvt.w[u]` writes it. `cvt` converts from the other format.
 */
export type FloatOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sqrt'
  | 'fma'
  | 'min'
  | 'max'
  | 'eq'
  | 'lt'
  | 'le'
  | 'class'
  | 'toI32'
  | 'toU32'
  | 'toI64'
  | 'toU64'
  | 'fromI32'
  | 'fromU32'
  | 'fromI64'
  | 'fromU64'
  | 'cvt';

export interface Ops<V, R> {
  /** Binds a value so that it is computed once, here. */
  let(v: V): V;
  k(value: bigint): V;

  // Registers
  x(r: R): V;
  /** Writes an integer register; a write to x0 has no effect. */
  setX(r: R, v: V): void;
  /** The raw 64 bits of a floating-point register. */
  f64(r: R): V;
  setF64(r: R, v: V): void;
  /** A NaN-boxed single as its 32 bits, the canonical NaN where the boxing is broken (F extension, "NaN Boxing"). */
  f32(r: R): V;
  /** Writes a single NaN-boxed; `v` counts modulo 2^32. */
  setF32(r: R, v: V): void;

  // Integer arithmetic modulo 2^64; comparisons yield 0 or 1
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  xor(a: V, b: V): V;
  /** Shift amounts count modulo 64. */
  shl(a: V, amount: V): V;
  shrU(a: V, amount: V): V;
  shrS(a: V, amount: V): V;
  mul(a: V, b: V): V;
  /** The high 64 bits of the 128-bit product: both signed, both unsigned, the first signed. */
  mulhSS(a: V, b: V): V;
  mulhUU(a: V, b: V): V;
  mulhSU(a: V, b: V): V;
  /** Division and remainder as the M extension defines them: by zero and overflow never trap. */
  divS(a: V, b: V): V;
  divU(a: V, b: V): V;
  remS(a: V, b: V): V;
  remU(a: V, b: V): V;
  eq(a: V, b: V): V;
  ne(a: V, b: V): V;
  ltS(a: V, b: V): V;
  ltU(a: V, b: V): V;
  geS(a: V, b: V): V;
  geU(a: V, b: V): V;
  sext8(a: V): V;
  sext16(a: V): V;
  sext32(a: V): V;
  zext32(a: V): V;
  /** `cond` is 0 or 1; both sides are computed. */
  select(cond: V, a: V, b: V): V;
  clz(a: V): V;
  ctz(a: V): V;
  popcnt(a: V): V;
  /** The low and the high half of the 128-bit carry-less product (Zbc). */
  clmul(a: V, b: V): V;
  clmulh(a: V, b: V): V;

  // Control
  /** The address of this instruction, and of the one behind it. */
  pc(): V;
  nextPc(): V;
  /** Jumps by `offset` relative to this instruction if `cond` is 1. */
  branch(cond: V, offset: V): void;
  jump(offset: V): void;
  /** Jumps to an absolute address, whose bit 0 is already clear. */
  jumpTo(target: V): void;

  // Memory, at virtual addresses; misaligned plain accesses work
  load(size: AccessSize, signed: boolean, address: V): V;
  store(size: AccessSize, address: V, value: V): void;
  /** Word results are sign-extended. Misaligned addresses trap. */
  loadReserved(size: 4 | 8, address: V): V;
  /** 0 on success, 1 on failure. */
  storeConditional(size: 4 | 8, address: V, value: V): V;
  amo(kind: AmoKind, size: 4 | 8, address: V, value: V): V;
  cbo(kind: CboKind, address: V): void;
  fence(): void;
  fenceI(): void;

  // Floating point
  /** The rounding mode to use: `field` unless that is DYN (7), then frm. Traps on a reserved mode. */
  rm(field: V): V;
  /** Computes on raw bits and accrues flags. `rm` is ignored by operations that do not round. */
  float(op: FloatOp, format: FloatFormat, args: readonly V[], rm: V): V;

  // System
  ecall(): void;
  ebreak(): void;
  mret(): void;
  sret(): void;
  wfi(): void;
  /** A hint that this hart spins (Zihintpause). */
  pause(): void;
  /** `rs1` and `rs2` are references, for x0 means "all". Serves SFENCE.VMA and SINVAL.VMA. */
  sfenceVma(rs1: R, rs2: R): void;
  /** SFENCE.W.INVAL and SFENCE.INVAL.IR: ordering only, but privileged (Svinval). */
  sfenceOrder(): void;
  /** Reads the CSR into `rd` and writes it as Zicsr says; what x0 leaves out depends on the references. */
  csr(kind: CsrKind, rd: R, csr: V, rs1: R): void;
  csrImmediate(kind: CsrKind, rd: R, csr: V, uimm: V): void;
}

/**
 * The operands of an instruction, named as in its encoding; an encoding that lacks one must not use it. `rd rs1 rs2` are
 * integer registers, `fd fs1 fs2 fs3` floating-point ones. `imm` is the immediate, extended as the encoding says: offset,
 * shift amount, CSR number (`csr`), 5-bit CSR immediate (`uimm`).
 */
export interface Fields<V, R> {
  readonly rd: R;
  readonly rs1: R;
  readonly rs2: R;
  readonly fd: R;
  readonly fs1: R;
  readonly fs2: R;
  readonly fs3: R;
  readonly imm: V;
  readonly uimm: V;
  readonly csr: V;
  readonly rm: V;
}

export type Semantics = <V, R>(o: Ops<V, R>, f: Fields<V, R>) => void;
