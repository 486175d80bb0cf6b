/** The third back end of the instruction tables: instructions with constant operands, registers in locals. */
import { FFLAG } from '../float/unpack.ts';
import { ArithmeticOps, NAN_BOX, type Value } from '../hart/values.ts';
import { MSTATUS } from '../isa/csr.ts';
import type { Decoded } from '../isa/decode.ts';
import type { AccessSize, Fields, FloatFormat, FloatOp, Ops } from '../isa/ops.ts';
import { PAGE_SIZE, TLB_WRITE } from '../memory/layout.ts';
import { LOAD_SIGNED, LOAD_UNSIGNED, storeBytes } from '../mmu/access.ts';
import { ACCESS } from '../mmu/context.ts';
import { entryOf } from '../mmu/tlb.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { call, type Expr, f64, i32, i64, type Label, type Local, type ValueType } from '../wasm/ops.ts';
import { type Environment, fOffset, state32, state64, xOffset } from './environment.ts';
import { hasFusedMadd } from './fused.ts';

/** A 64-bit value; one that came from or goes to a floating-point register also offers itself as a double. */
export interface RegionValue extends Value {
  readonly double?: Expr<'f64'>;
  /** It is this number. */
  readonly constant?: bigint;
  /** It is the magnitude, or the sign bit alone, of this double. */
  readonly magnitudeOf?: Expr<'f64'>;
  readonly signOf?: Expr<'f64'>;
}

const SIGN = 0x8000_0000_0000_0000n;
const MAGNITUDE = 0x7fff_ffff_ffff_ffffn;

const CANONICAL_NAN_S = 0x7fc0_0000n;
const DYNAMIC_RM = 7;
/** Twice the smallest normal number up to infinity, shifted left by one to be rid of the sign. */
const COMFORTABLE = { from: 2n << 53n, range: 0x7fdn << 53n } as const;

/** The registers that a region uses, as locals. Both files are numbered 0 to 31. */
export interface RegisterSets {
  readonly x: ReadonlySet<number>;
  readonly xWritten: ReadonlySet<number>;
  readonly f: ReadonlySet<number>;
  readonly fWritten: ReadonlySet<number>;
}

/** The last translation of a base register's accesses, kept in locals while the region runs: nothing in it can make it wrong. */
interface CachedTranslation {
  /** The virtual page, or NO_PAGE. */
  readonly page: Local<'i64'>;
  readonly addend: Local<'i32'>;
}

/** Not the address of a page, nor an aligned address masked to its page and its lowest three bits. */
const NO_PAGE = 0x800n;

/** Names the accesses that share a translation: loads, or stores, by way of one base register. */
export function translationKey(base: number, table: number): number {
  return base | table;
}

/** Control flow is the region's business. */
export interface RegionExits {
  /** Leaves the instruction under way to the interpreter; nothing of it may have happened. */
  readonly bail: Label;
  /** To be set before `bail` is branched to: which instruction it is. */
  prepareBail(): void;
  branch(taken: Expr<'i32'>): void;
  jump(): void;
  indirect(target: Expr<'i64'>): void;
}

export class RegionOps extends ArithmeticOps implements Ops<RegionValue, number> {
  private readonly e: Environment;
  private readonly exits: RegionExits;
  private readonly dataTlb: Expr<'i32'>;
  private readonly pagePc: Expr<'i64'>;
  private readonly x_ = new Map<number, Local<'i64'>>();
  private readonly f_ = new Map<number, Local<'f64'>>();
  private readonly registers: RegisterSets;
  private readonly scratch64: Scratch<'i64'>;
  private readonly scratchF64: Scratch<'f64'>;
  private readonly entry: Local<'i32'>;
  private insn!: Decoded;
  private offset = 0;
  /** 1 if FS is dirty and frm valid. With the two below it is read anew wherever the guest may have changed it. */
  private readonly floatReady: Local<'i32'>;
  private readonly frm: Local<'i32'>;
  private readonly inexact: Local<'i32'>;
  private floatChecked = false;
  private readonly cached = new Map<number, CachedTranslation>();

  /** `cachedBases` are the keys of accesses whose last translation is worth two locals. */
  constructor(
    e: Environment,
    f: FunctionBuilder,
    { dataTlb, pagePc }: { readonly dataTlb: Expr<'i32'>; readonly pagePc: Expr<'i64'> },
    registers: RegisterSets,
    cachedBases: readonly number[],
    exits: RegionExits,
  ) {
    super(f, e.arithmetic);
    this.e = e;
    this.dataTlb = dataTlb;
    this.pagePc = pagePc;
    this.registers = registers;
    this.exits = exits;
    this.scratch64 = new Scratch(f, 'i64');
    this.scratchF64 = new Scratch(f, 'f64');
    for (const r of registers.x) this.x_.set(r, f.local('i64'));
    for (const r of registers.f) this.f_.set(r, f.local('f64'));
    for (const key of cachedBases) this.cached.set(key, { page: f.local('i64'), addend: f.local('i32') });
    this.entry = f.local('i32');
    this.floatReady = f.local('i32');
    this.frm = f.local('i32');
    this.inexact = f.local('i32');
  }

  // Registers and memory

  loadAll(): void {
    for (const r of this.x_.keys()) this.reloadX(r);
    for (const r of this.f_.keys()) this.reloadF(r);
    for (const { page } of this.cached.values()) this.f.set(page, NO_PAGE);
    this.refreshFloat();
  }
  storeAll(): void {
    const { e, f } = this;
    for (const r of this.registers.xWritten) f.store64(e.registers, this.local(r), xOffset(r));
    for (const r of this.registers.fWritten) f.storeF64(e.registers, this.localF(r), fOffset(r));
  }
  /** After the interpreter has executed `decoded`: what it may have changed. */
  reload({ insn, rd }: Decoded): void {
    if (insn.fields.has('rd') && this.x_.has(rd)) this.reloadX(rd);
    if (insn.fields.has('fd') && this.f_.has(rd)) this.reloadF(rd);
    if (insn.fields.has('csr')) this.refreshFloat();
  }
  private reloadX(r: number): void {
    this.f.set(this.local(r), i64.load(this.e.registers, xOffset(r)));
  }
  private reloadF(r: number): void {
    this.f.set(this.localF(r), f64.load(this.e.registers, fOffset(r)));
  }
  private refreshFloat(): void {
    if (this.registers.f.size === 0) return;
    const { e, f } = this;
    f.set(this.frm, state32(e, 'frm'));
    const dirty = i64.eq(i64.and(state64(e, 'mstatus'), MSTATUS.FS), MSTATUS.FS);
    f.set(this.floatReady, i32.and(dirty, i32.leU(this.frm, 4)));
    this.refreshInexact();
    this.floatChecked = false;
  }
  private refreshInexact(): void {
    this.f.set(this.inexact, i32.and(state32(this.e, 'fflags'), FFLAG.NX));
  }

  // Instructions

  /** At a label nothing is known of what was checked before. */
  beginBlock(): void {
    this.floatChecked = false;
  }

  /** Compiles an instruction. */
  execute(offset: number, decoded: Decoded): void {
    this.insn = decoded;
    this.offset = offset;
    this.scratch64.restart();
    this.scratchF64.restart();
    const { insn } = decoded;
    if (insn.float && !this.floatChecked) {
      this.bailIf(i32.eqz(this.floatReady));
      this.floatChecked = true;
    }
    insn.exec<RegionValue, number>(this, this.fields(decoded));
  }

  private fields({ rd, rs1, rs2, rs3, imm, uimm, csr }: Decoded): Fields<RegionValue, number> {
    return {
      rd,
      rs1,
      rs2,
      fd: rd,
      fs1: rs1,
      fs2: rs2,
      fs3: rs3,
      imm: i64.const(BigInt(imm)),
      uimm: i64.const(BigInt(uimm)),
      csr: i64.const(BigInt(csr)),
      rm: NO_VALUE,
    };
  }

  private bailIf(cond: Expr<'i32'>): void {
    this.exits.prepareBail();
    this.f.brIf(this.exits.bail, cond, false);
  }

  private local(r: number): Local<'i64'> {
    return this.x_.get(r)!;
  }
  private localF(r: number): Local<'f64'> {
    return this.f_.get(r)!;
  }

  protected override scratch(): Local<'i64'> {
    return this.scratch64.next();
  }

  override let(v: RegionValue): RegionValue {
    if (!v.double) return this.bound(v);
    const local = this.scratchF64.next();
    this.f.set(local, v.double);
    return asBits(local);
  }
  override k(value: bigint): RegionValue {
    return { ...i64.const(value), constant: value };
  }

  // Signs of doubles stay in floating-point registers

  override and(a: RegionValue, b: RegionValue): RegionValue {
    const value = super.and(a, b);
    if (a.double && b.constant === MAGNITUDE) return { ...value, magnitudeOf: a.double };
    return a.double && b.constant === SIGN ? { ...value, signOf: a.double } : value;
  }
  override or(a: RegionValue, b: RegionValue): RegionValue {
    const value = super.or(a, b);
    return a.magnitudeOf && b.signOf ? { ...value, double: f64.copysign(a.magnitudeOf, b.signOf) } : value;
  }
  override xor(a: RegionValue, b: RegionValue): RegionValue {
    const value = super.xor(a, b);
    if (b.constant !== SIGN) return value;
    if (a.signOf) return { ...value, signOf: f64.neg(a.signOf) };
    return a.double ? { ...value, double: f64.neg(a.double) } : value;
  }

  x(r: number): RegionValue {
    return r === 0 ? i64.const(0n) : this.local(r);
  }
  setX(r: number, v: RegionValue): void {
    if (r === 0) this.f.drop(v);
    else this.f.set(this.local(r), v);
  }
  f64(r: number): RegionValue {
    return asBits(this.localF(r));
  }
  setF64(r: number, v: RegionValue): void {
    this.f.set(this.localF(r), v.double ?? f64.reinterpretI64(v));
  }
  f32(r: number): RegionValue {
    const raw = this.bound(i64.reinterpretF64(this.localF(r)));
    return i64.select(i64.eq(i64.and(raw, NAN_BOX), NAN_BOX), i64.and(raw, ~NAN_BOX), CANONICAL_NAN_S);
  }
  setF32(r: number, v: RegionValue): void {
    this.f.set(this.localF(r), f64.reinterpretI64(i64.or(v, NAN_BOX)));
  }

  // Control

  pc(): RegionValue {
    return i64.add(this.pagePc, BigInt(this.offset));
  }
  nextPc(): RegionValue {
    return i64.add(this.pagePc, BigInt(this.offset + this.insn.length));
  }
  branch(cond: RegionValue): void {
    this.exits.branch(this.truth(cond));
  }
  jump(): void {
    this.exits.jump();
  }
  jumpTo(target: RegionValue): void {
    this.exits.indirect(target);
  }

  // Memory

  load(size: AccessSize, signed: boolean, address: RegionValue): RegionValue {
    const host = this.translated(address, size, 0);
    const value = (signed ? LOAD_SIGNED : LOAD_UNSIGNED)[size](host);
    return size === 8 ? { ...value, double: f64.load(host) } : value;
  }
  store(size: AccessSize, address: RegionValue, value: RegionValue): void {
    const host = this.translated(address, size, TLB_WRITE);
    if (size === 8 && value.double) this.f.storeF64(host, value.double);
    else storeBytes(this.f, size, host, value);
  }

  /** The host address of an access that the TLB knows and that lies within its page. */
  private translated(address: RegionValue, size: AccessSize, table: number): Expr<'i32'> {
    const { f } = this;
    const va = this.scratch();
    f.set(va, address);
    const lookUp = () => {
      f.set(this.entry, entryOf(this.dataTlb, va));
      const misses = i64.gtU(i64.sub(va, i64.load(this.entry, table)), BigInt(PAGE_SIZE - size));
      const refill = () => {
        const access = i32.const(table === 0 ? ACCESS.read : ACCESS.write);
        this.bailIf(i32.eqz(call('i32', this.e.refill, va, i32.const(size), access)));
      };
      f.if(misses, refill, undefined, false);
    };
    const cached = this.cached.get(translationKey(this.insn.rs1, table));
    if (!cached) {
      lookUp();
      return i32.add(i32.wrap(va), i32.load(this.entry, table + 8));
    }
    // A misaligned access looks the page up, as one to another page does
    const pageAndMisalignment = i64.and(va, -BigInt(PAGE_SIZE) | BigInt(size - 1));
    const refill = () => {
      lookUp();
      f.set(cached.page, i64.load(this.entry, table));
      f.set(cached.addend, i32.load(this.entry, table + 8));
    };
    f.if(i64.ne(pageAndMisalignment, cached.page), refill, undefined, false);
    return i32.add(i32.wrap(va), cached.addend);
  }

  fence(): void {
    this.f.atomicFence();
  }

  // Floating point

  /** Reserved modes never get here: see `kindOf`, and `floatReady` for frm. */
  rm(): RegionValue {
    return NO_VALUE;
  }

  float(op: FloatOp, format: FloatFormat, args: readonly RegionValue[]): RegionValue {
    const { f } = this;
    const [a, b] = args;
    if (format === 'D' && (this.insn.rm === 0 || this.insn.rm === DYNAMIC_RM)) {
      const byHost = hostResult(op, args);
      if (byHost) {
        const result = this.scratchF64.next();
        f.set(result, byHost);
        // The same test as in float/fast.ts, and the exact code where it fails
        const exactly = () => {
          f.set(result, f64.reinterpretI64(this.callFloat(op, format, args)));
          this.refreshInexact();
        };
        f.if(i32.eqz(this.isFast(result)), exactly, undefined, false);
        return asBits(result);
      }
    }
    const compare = format === 'D' ? COMPARE_DOUBLE[op] : undefined;
    if (compare && a?.double && b?.double) {
      const result = this.scratch();
      f.set(result, i64.extendI32U(compare(a.double, b.double)));
      const ordered = i32.and(f64.eq(a.double, a.double), f64.eq(b.double, b.double));
      f.if(i32.eqz(ordered), () => f.set(result, this.callFloat(op, format, args)), undefined, false);
      return result;
    }
    if (format === 'D' && (op === 'fromI32' || op === 'fromU32') && a) {
      // Exact, whatever the rounding mode
      const bound = this.scratchF64.next();
      f.set(bound, op === 'fromI32' ? f64.convertI32S(i32.wrap(a)) : f64.convertI64S(a));
      return asBits(bound);
    }
    return this.bound(this.callFloat(op, format, args));
  }

  private isFast(result: Local<'f64'>): Expr<'i32'> {
    const shifted = i64.shl(i64.reinterpretF64(result), 1n);
    const ordinary = i64.ltU(i64.sub(shifted, COMFORTABLE.from), COMFORTABLE.range);
    const allowed = this.insn.rm === DYNAMIC_RM ? i32.and(this.inexact, i32.eqz(this.frm)) : this.inexact;
    return i32.and(allowed, ordinary);
  }

  private callFloat(op: FloatOp, format: FloatFormat, args: readonly RegionValue[]): Expr<'i64'> {
    const rm = this.insn.rm === DYNAMIC_RM ? this.frm : i32.const(this.insn.rm);
    return call('i64', this.e.float(format, op), ...args, rm);
  }

  // Never compiled: see `kindOf`

  loadReserved = notCompiled;
  storeConditional = notCompiled;
  amo = notCompiled;
  cbo = notCompiled;
  fenceI = notCompiled;
  ecall = notCompiled;
  ebreak = notCompiled;
  mret = notCompiled;
  sret = notCompiled;
  wfi = notCompiled;
  pause = notCompiled;
  sfenceVma = notCompiled;
  sfenceOrder = notCompiled;
  csr = notCompiled;
  csrImmediate = notCompiled;
}

/** Locals that live within one instruction: each instruction uses the same ones, for V8 pays for every local. */
class Scratch<T extends ValueType> {
  readonly #f: FunctionBuilder;
  readonly #type: T;
  readonly #locals: Local<T>[] = [];
  #used = 0;

  constructor(f: FunctionBuilder, type: T) {
    this.#f = f;
    this.#type = type;
  }

  restart(): void {
    this.#used = 0;
  }

  next(): Local<T> {
    const local = this.#locals[this.#used] ?? this.#f.local(this.#type);
    this.#locals[this.#used++] = local;
    return local;
  }
}

/** Stands where a row hands a value through that this back end knows by other means. */
const NO_VALUE: RegionValue = i64.const(0n);

/** What the host makes of it, rounded to nearest: the right bits if they are an ordinary number. */
function hostResult(op: FloatOp, args: readonly RegionValue[]): Expr<'f64'> | undefined {
  const doubles = args.map(({ double }) => double).filter((double) => double !== undefined);
  const [a, b, c] = doubles;
  if (doubles.length !== args.length || !a) return undefined;
  if (op === 'sqrt') return f64.sqrt(a);
  if (!b) return undefined;
  if (op === 'fma') return c && hasFusedMadd() ? f64.relaxedMadd(a, b, c) : undefined;
  return BINARY_DOUBLE[op]?.(a, b);
}

const BINARY_DOUBLE: Readonly<Partial<Record<FloatOp, (a: Expr<'f64'>, b: Expr<'f64'>) => Expr<'f64'>>>> = {
  add: f64.add,
  sub: f64.sub,
  mul: f64.mul,
  div: f64.div,
};

const COMPARE_DOUBLE: Readonly<Partial<Record<FloatOp, (a: Expr<'f64'>, b: Expr<'f64'>) => Expr<'i32'>>>> = {
  eq: f64.eq,
  lt: f64.lt,
  le: f64.le,
};

function asBits(local: Expr<'f64'>): RegionValue {
  return { ...i64.reinterpretF64(local), double: local };
}

function notCompiled(): never {
  throw new Error('an instruction was taken for compilable that needs the interpreter');
}
