/**
 * One function per instruction: cold(record i32, slot i32, op i32): i32. It executes the instruction completely, whatever
 * that takes, and yields 0 to go on behind it, or 1 with STATE.pc set where to go on (or with STATE.exit set).
 *
 * The interpreter's loop calls these for instructions that it does not hold inline, and for those it does when the quick
 * path does not apply. STATE.fuel is up to date when they are called.
 */
import { CAUSE, CSR, ENVCFG, MODE, MSTATUS } from '../isa/csr.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { AccessSize, AmoKind, CboKind, CsrKind, FloatFormat, FloatOp, Ops } from '../isa/ops.ts';
import { EXIT, PAGE_SIZE, RECORD_SCALE_SHIFT, SLOT, TLB_WRITE } from '../memory/layout.ts';
import { type AccessFunctions, CACHE_BLOCK } from '../mmu/access.ts';
import { ACCESS, get32, get64, type HartContext, hasAny, put32, put64 } from '../mmu/context.ts';
import { entryOf, type TlbFunctions } from '../mmu/tlb.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { call, type Expr, type FunctionRef, i32, i64, type Local } from '../wasm/ops.ts';
import { AFTER_WRITE, type CsrFunctions } from './csr.ts';
import type { TrapFunctions } from './trap.ts';
import {
  type ArithmeticFunctions,
  DYNAMIC_ROUNDING,
  NAN_BOX,
  RecordOps,
  type Register,
  recordFields,
  unbox,
  type Value,
} from './values.ts';

export type FloatFunctions = Readonly<Record<FloatFormat, Readonly<Record<FloatOp, FunctionRef>>>>;

/** Functions that instructions are made of. */
export interface HartFunctions {
  readonly tlb: TlbFunctions;
  readonly access: AccessFunctions;
  readonly traps: TrapFunctions;
  readonly csrs: CsrFunctions;
  readonly float: FloatFunctions;
  readonly arithmetic: ArithmeticFunctions;
}

const GO_ON = i32.const(0);
const RESYNC = i32.const(1);

export function defineCold(c: HartContext, h: HartFunctions, insn: Instruction): FunctionRef {
  return c.module.define(['i32', 'i32', 'i32'], ['i32'], (f) => {
    const cold = new ColdOps(c, f, h);
    if (insn.float) cold.requireFloat();
    insn.exec(cold, recordFields(insn, cold.record, c.registers));
    cold.finish();
  });
}

/** The function of an encoding that is no instruction. */
export function defineIllegal(c: HartContext, h: HartFunctions): FunctionRef {
  return c.module.define(['i32', 'i32', 'i32'], ['i32'], (f) => {
    new ColdOps(c, f, h).illegal();
    f.result(RESYNC);
  });
}

class ColdOps extends RecordOps implements Ops<Value, Register> {
  readonly record: Local<'i32'>;
  private readonly slot: Local<'i32'>;
  private readonly op: Local<'i32'>;
  private readonly h: HartFunctions;
  private touchesMemory = false;

  constructor(c: HartContext, f: FunctionBuilder, h: HartFunctions) {
    super(c, f, h.arithmetic);
    this.h = h;
    this.record = f.param('i32', 0);
    this.slot = f.param('i32', 1);
    this.op = f.param('i32', 2);
    const offset = i32.shrU(i32.sub(this.record, this.slot), RECORD_SCALE_SHIFT);
    put64(c, f, 'pc', i64.add(get64(c, 'pagePc'), i64.extendI32U(offset)));
  }

  protected override scratch(): Local<'i64'> {
    return this.f.local('i64');
  }

  /** The end of the function, where nothing else was said. A device access asks for a look at the interrupts. */
  finish(): void {
    if (this.touchesMemory) {
      this.f.if(get32(this.c, 'deviceAccess'), () => {
        put64(this.c, this.f, 'pc', this.nextPc());
        this.f.return(RESYNC);
      });
    }
    this.f.result(GO_ON);
  }

  illegal(): void {
    const { f } = this;
    // The word lies in the slot's copy of the page; odd ops are two bytes long
    const offset = i32.shrU(i32.sub(this.record, this.slot), RECORD_SCALE_SHIFT);
    const word = i64.load32U(i32.add(this.slot, offset), SLOT.copy);
    const mask = i64.select(i32.and(this.op, 1), 0xffffn, 0xffff_ffffn);
    f.call(this.h.traps.trap, i32.const(CAUSE.illegalInstruction), i64.and(word, mask));
    f.return(RESYNC);
  }

  requireFloat(): void {
    this.f.if(i32.eqz(hasAny(get64(this.c, 'mstatus'), MSTATUS.FS)), () => this.illegal());
  }

  // Floating-point registers

  f64(r: Register): Value {
    return i64.load(r);
  }
  setF64(r: Register, v: Value): void {
    this.f.store64(r, v);
    put64(this.c, this.f, 'mstatus', i64.or(get64(this.c, 'mstatus'), MSTATUS.FS));
  }
  f32(r: Register): Value {
    return unbox(this.bound(i64.load(r)));
  }
  setF32(r: Register, v: Value): void {
    this.setF64(r, i64.or(v, NAN_BOX));
  }

  // Control

  pc(): Value {
    return get64(this.c, 'pc');
  }
  nextPc(): Value {
    return i64.add(get64(this.c, 'pc'), i64.extendI32U(i32.sub(4, i32.shl(i32.and(this.op, 1), 1))));
  }
  branch(cond: Value, offset: Value): void {
    this.f.if(this.truth(cond), () => this.jump(offset));
  }
  jump(offset: Value): void {
    this.jumpTo(i64.add(this.pc(), offset));
  }
  jumpTo(target: Value): void {
    put64(this.c, this.f, 'pc', target);
    this.f.return(RESYNC);
  }

  // Memory

  load(size: AccessSize, signed: boolean, address: Value): Value {
    const { c, f } = this;
    this.openAccess();
    f.if(i32.eqz(call('i32', this.h.access.load, address, i32.const(size))), () => f.return(RESYNC));
    const raw = this.bound(get64(c, 'data'));
    if (!signed || size === 8) return raw;
    return size === 1 ? i64.extend8S(raw) : size === 2 ? i64.extend16S(raw) : i64.extend32S(raw);
  }
  store(size: AccessSize, address: Value, value: Value): void {
    const { c, f } = this;
    this.openAccess();
    put64(c, f, 'data', value);
    f.if(i32.eqz(call('i32', this.h.access.store, address, i32.const(size))), () => f.return(RESYNC));
  }
  loadReserved(size: 4 | 8, address: Value): Value {
    const { c, f } = this;
    const host = this.atomicAddress(size, address, ACCESS.read);
    const value = f.let(this.atomicRead(size, host));
    put32(c, f, 'reservation', host);
    put32(c, f, 'reservationSize', size);
    put64(c, f, 'reservedValue', value);
    return size === 4 ? i64.extend32S(value) : value;
  }
  storeConditional(size: 4 | 8, address: Value, value: Value): Value {
    const { c, f } = this;
    const wanted = f.let(value);
    const host = this.atomicAddress(size, address, ACCESS.write);
    const failed = f.let(i64.const(1n));
    const reserved = i32.and(i32.eq(get32(c, 'reservation'), host), i32.eq(get32(c, 'reservationSize'), size));
    f.if(reserved, () => {
      const expected = f.let(get64(c, 'reservedValue'));
      const seen =
        size === 4
          ? i64.atomicCmpxchg32U(host, expected, i64.and(wanted, 0xffff_ffffn))
          : i64.atomicCmpxchg(host, expected, wanted);
      f.set(failed, i64.extendI32U(i64.ne(seen, expected)));
    });
    put32(c, f, 'reservation', 0);
    return failed;
  }
  amo(kind: AmoKind, size: 4 | 8, address: Value, value: Value): Value {
    const { f } = this;
    const operand = f.let(size === 4 ? i64.and(value, 0xffff_ffffn) : value);
    const host = this.atomicAddress(size, address, ACCESS.write);
    const old = f.local('i64');
    const simple = size === 4 ? SIMPLE_AMO_32[kind] : SIMPLE_AMO_64[kind];
    if (simple) {
      f.set(old, simple(host, operand));
    } else {
      f.loop((retry) => {
        f.set(old, this.atomicRead(size, host));
        const wide = (v: Expr<'i64'>) => (size === 4 && (kind === 'min' || kind === 'max') ? i64.extend32S(v) : v);
        const keepsOld = COMPARED_AMO[kind as keyof typeof COMPARED_AMO](wide(old), wide(operand));
        const next = i64.select(keepsOld, old, operand);
        const seen = size === 4 ? i64.atomicCmpxchg32U(host, old, next) : i64.atomicCmpxchg(host, old, next);
        f.brIf(retry, i64.ne(seen, old));
      });
    }
    return size === 4 ? i64.extend32S(old) : old;
  }
  cbo(kind: CboKind, address: Value): void {
    const { c, f } = this;
    const va = f.let(address);
    // menvcfg gates S- and U-mode, senvcfg U-mode too (Zicbom, section "CSR controls")
    const allow = kind === 'zero' ? ENVCFG.CBZE : kind === 'inval' ? ENVCFG.CBIE : ENVCFG.CBCFE;
    const closed = i32.or(
      i32.and(i32.ltU(get32(c, 'mode'), MODE.M), i32.eqz(hasAny(get64(c, 'menvcfg'), allow))),
      i32.and(i32.eq(get32(c, 'mode'), MODE.U), i32.eqz(hasAny(get64(c, 'senvcfg'), allow))),
    );
    f.if(closed, () => this.illegal());
    // Memory is coherent, so managing a block does nothing but check that it may be accessed, if only for loads
    const access = kind === 'zero' ? ACCESS.write : ACCESS.read;
    const host = f.local('i32');
    const walk = () => {
      f.set(host, call('i32', this.h.access.cacheBlock, va, i32.const(access)));
      f.if(i32.eqz(host), () => f.return(RESYNC));
    };
    if (kind !== 'zero') {
      walk();
      return;
    }
    // A page is cleared block by block: all but the first find it in the TLB
    const block = f.let(i64.and(va, -BigInt(CACHE_BLOCK)));
    const entry = f.let(this.tlbEntry(block, ACCESS.write));
    f.if(
      i64.leU(i64.sub(block, i64.load(entry)), BigInt(PAGE_SIZE - CACHE_BLOCK)),
      () => f.set(host, i32.add(i32.wrap(block), i32.load(entry, 8))),
      walk,
    );
    f.memoryFill(host, 0, CACHE_BLOCK);
  }
  fence(): void {
    this.f.atomicFence();
  }
  fenceI(): void {
    const { c, f } = this;
    f.atomicFence();
    put64(c, f, 'epoch', i64.add(get64(c, 'epoch'), 1n));
    f.call(this.h.tlb.flushFetch);
    this.continueAnew();
  }

  // Floating point

  rm(field: Value): Value {
    const { c, f } = this;
    const rm = f.let(field);
    f.if(i64.eq(rm, DYNAMIC_ROUNDING), () => f.set(rm, i64.extendI32U(get32(c, 'frm'))));
    f.if(i64.gtU(rm, 4n), () => this.illegal());
    return rm;
  }
  float(op: FloatOp, format: FloatFormat, args: readonly Value[], rm: Value): Value {
    return call('i64', this.h.float[format][op], ...args, i32.wrap(rm));
  }

  // System

  ecall(): void {
    const { c, f } = this;
    f.call(this.h.traps.trap, i32.add(get32(c, 'mode'), CAUSE.ecallFromU), i64.const(0n));
    f.return(RESYNC);
  }
  ebreak(): void {
    const { c, f } = this;
    f.call(this.h.traps.trap, i32.const(CAUSE.breakpoint), get64(c, 'pc'));
    f.return(RESYNC);
  }
  mret(): void {
    this.requireMode(MODE.M);
    this.f.call(this.h.traps.mret);
    this.f.return(RESYNC);
  }
  sret(): void {
    this.requireMode(MODE.S);
    this.illegalInSupervisorIf(MSTATUS.TSR);
    this.f.call(this.h.traps.sret);
    this.f.return(RESYNC);
  }
  wfi(): void {
    const { c, f } = this;
    // U-mode may wait for a bounded time only (Privileged 1.13, section 3.3.3)
    this.requireMode(MODE.S);
    f.if(i32.and(i32.ltU(get32(c, 'mode'), MODE.M), hasAny(get64(c, 'mstatus'), MSTATUS.TW)), () => this.illegal());
    f.if(i64.eqz(i64.and(call('i64', this.h.traps.pending), get64(c, 'mie'))), () => put32(c, f, 'exit', EXIT.wfi));
    this.continueAnew();
  }
  pause(): void {
    put32(this.c, this.f, 'exit', EXIT.pause);
    this.continueAnew();
  }
  sfenceVma(rs1: Register, _rs2: Register): void {
    const { c, f } = this;
    this.requireMode(MODE.S);
    this.illegalInSupervisorIf(MSTATUS.TVM);
    const va = f.let(i64.load(rs1));
    // One address may be part of a superpage that the TLB holds in pieces; for the kernel's half that is the rule
    const everything = i32.or(i32.or(i32.eq(rs1, c.registers), i64.ltS(va, 0n)), get32(c, 'superpages'));
    f.if(
      everything,
      () => f.call(this.h.tlb.flushTranslated),
      () => f.call(this.h.tlb.flushPage, va),
    );
    this.continueAnew();
  }
  sfenceOrder(): void {
    this.requireMode(MODE.S);
  }
  csr(kind: CsrKind, rd: Register, csr: Value, rs1: Register): void {
    const { c, f } = this;
    // Set and clear with x0 do not write (Zicsr)
    const writes = kind === 'write' ? i32.const(1) : i32.ne(rs1, c.registers);
    this.accessCsr(kind, rd, csr, f.let(i64.load(rs1)), f.let(writes));
  }
  csrImmediate(kind: CsrKind, rd: Register, csr: Value, uimm: Value): void {
    const { f } = this;
    const operand = f.let(uimm);
    const writes = kind === 'write' ? i32.const(1) : i64.ne(operand, 0n);
    this.accessCsr(kind, rd, csr, operand, f.let(writes));
  }

  private accessCsr(kind: CsrKind, rd: Register, csr: Value, operand: Local<'i64'>, writes: Local<'i32'>): void {
    const { c, f } = this;
    const number = f.let(i32.wrap(csr));
    const old = f.let(call('i64', this.h.csrs.read, number, writes));
    f.if(get32(c, 'faultCause'), () => this.illegal());
    const after = f.local('i32');
    // Set and clear of mip start from what software set: a line that is up must not get stuck (Privileged 1.13, section 3.1.9)
    const isPending = i32.or(i32.eq(number, CSR.mip), i32.eq(number, CSR.sip));
    const before = i64.select(isPending, get64(c, 'mip'), old);
    const next = {
      write: operand,
      set: i64.or(before, operand),
      clear: i64.and(before, i64.xor(operand, -1n)),
    }[kind];
    f.if(writes, () => f.set(after, call('i32', this.h.csrs.write, number, next)));
    f.store64(rd, old);
    f.if(i32.eq(after, AFTER_WRITE.resync), () => this.continueAnew());
  }

  /** Goes on behind this instruction, after a fresh look at mode, interrupts and translation. */
  private continueAnew(): void {
    put64(this.c, this.f, 'pc', this.nextPc());
    this.f.return(RESYNC);
  }

  private requireMode(least: number): void {
    this.f.if(i32.ltU(get32(this.c, 'mode'), least), () => this.illegal());
  }

  private illegalInSupervisorIf(bit: bigint): void {
    const { c, f } = this;
    f.if(i32.and(i32.eq(get32(c, 'mode'), MODE.S), hasAny(get64(c, 'mstatus'), bit)), () => this.illegal());
  }

  private openAccess(): void {
    this.touchesMemory = true;
    put32(this.c, this.f, 'deviceAccess', 0);
  }

  /** The host address of an aligned access; traps on a misaligned one, and where there is no RAM. */
  private atomicAddress(size: 4 | 8, address: Value, access: number): Local<'i32'> {
    const { f } = this;
    const va = f.let(address);
    const cause = access === ACCESS.read ? CAUSE.loadAddressMisaligned : CAUSE.storeAddressMisaligned;
    f.if(hasAny(va, BigInt(size - 1)), () => {
      f.call(this.h.traps.trap, i32.const(cause), va);
      f.return(RESYNC);
    });
    const entry = f.let(this.tlbEntry(va, access));
    const host = f.local('i32');
    f.if(
      i64.leU(i64.sub(va, i64.load(entry)), 4096n - BigInt(size)),
      () => f.set(host, i32.add(i32.wrap(va), i32.load(entry, 8))),
      () => {
        f.set(host, call('i32', this.h.access.hostAddress, va, i32.const(size), i32.const(access)));
        f.if(i32.eqz(host), () => f.return(RESYNC));
      },
    );
    return host;
  }

  /** Where the data TLB would have the page of `va`. */
  private tlbEntry(va: Expr<'i64'>, access: number): Expr<'i32'> {
    const table = i32.add(i32.add(this.c.hart, get32(this.c, 'dataTlb')), access === ACCESS.write ? TLB_WRITE : 0);
    return entryOf(table, va);
  }

  private atomicRead(size: 4 | 8, host: Expr<'i32'>): Expr<'i64'> {
    return size === 4 ? i64.atomicLoad32U(host) : i64.atomicLoad(host);
  }
}

type SimpleAmo = (host: Expr<'i32'>, value: Expr<'i64'>) => Expr<'i64'>;
const SIMPLE_AMO_32: Readonly<Partial<Record<AmoKind, SimpleAmo>>> = {
  swap: i64.atomicXchg32U,
  add: i64.atomicAdd32U,
  xor: i64.atomicXor32U,
  and: i64.atomicAnd32U,
  or: i64.atomicOr32U,
};
const SIMPLE_AMO_64: Readonly<Partial<Record<AmoKind, SimpleAmo>>> = {
  swap: i64.atomicXchg,
  add: i64.atomicAdd,
  xor: i64.atomicXor,
  and: i64.atomicAnd,
  or: i64.atomicOr,
};
/** Whether the old value stays, as the kinds compare. */
const COMPARED_AMO = {
  min: i64.leS,
  max: i64.geS,
  minu: i64.leU,
  maxu: i64.geU,
} as const;
