/** What both back ends of the generated hart share: operands read from records, and integer arithmetic. */
import type { Instruction } from '../isa/instruction.ts';
import type { Fields } from '../isa/ops.ts';
import { REGISTER } from '../memory/layout.ts';
import type { HartContext } from '../mmu/context.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { call, type Expr, type FunctionRef, i32, i64, type Local } from '../wasm/ops.ts';
import { hasDestination, hasWideImmediate } from './record.ts';

/** A 64-bit value; a comparison also offers its result as i32, which is what branches and selections want. */
export interface Value extends Expr<'i64'> {
  readonly truth?: Expr<'i32'>;
}
/** A register: the expression of its address. */
export type Register = Expr<'i32'>;

const A = 2;
const B = 4;
const C = 6;

/** The operands of `insn` in the record at `ip`; see record.ts for where they lie. */
export function recordFields(insn: Instruction, ip: Expr<'i32'>, registers: Expr<'i32'>): Fields<Value, Register> {
  const at = (offset: number) => i32.load16U(ip, offset);
  const destination = hasDestination(insn);
  const fused = insn.fields.has('fs3');
  const numbered = (shift: number): Register =>
    i32.add(i32.add(registers, REGISTER.f), i32.shl(i32.and(i32.shrU(at(C), shift), 31), 3));
  const second = fused ? numbered(0) : destination ? (insn.fields.has('rm') ? i32.and(at(C), ~7) : at(C)) : at(A);
  return {
    rd: at(A),
    fd: at(A),
    rs1: at(B),
    fs1: at(B),
    rs2: second,
    fs2: second,
    fs3: numbered(5),
    imm: hasWideImmediate(insn) ? i64.load32S(ip, B) : i64.load16S(ip, C),
    uimm: i64.load16U(ip, B),
    csr: i64.load16U(ip, C),
    rm: i64.and(fused ? i64.shrU(i64.load16U(ip, C), 10n) : i64.load16U(ip, C), 7n),
  };
}

export interface ArithmeticFunctions {
  readonly mulhUU: FunctionRef;
  readonly mulhSS: FunctionRef;
  readonly mulhSU: FunctionRef;
  readonly clmul: FunctionRef;
  readonly clmulh: FunctionRef;
}

/** Integer operations that take more than a few WebAssembly instructions. All are (i64, i64): i64. */
export function defineArithmetic({ module }: HartContext): ArithmeticFunctions {
  const low = (v: Expr<'i64'>) => i64.and(v, 0xffff_ffffn);
  const high = (v: Expr<'i64'>) => i64.shrU(v, 32n);
  const mulhUU = module.define(['i64', 'i64'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    const middle = f.let(i64.add(i64.mul(high(a), low(b)), high(i64.mul(low(a), low(b)))));
    const carry = i64.add(i64.mul(low(a), high(b)), low(middle));
    f.result(i64.add(i64.mul(high(a), high(b)), i64.add(high(middle), high(carry))));
  });
  // A negative signed factor counts 2^64 too much as an unsigned one
  const correction = (a: Expr<'i64'>, b: Expr<'i64'>) => i64.and(i64.shrS(a, 63n), b);
  const mulhSU = module.define(['i64', 'i64'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    f.result(i64.sub(call('i64', mulhUU, a, b), correction(a, b)));
  });
  const mulhSS = module.define(['i64', 'i64'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    f.result(i64.sub(call('i64', mulhSU, a, b), correction(b, a)));
  });
  /** Sums `a` shifted by the position of each bit of `b`, without carries. */
  const carryLess = (shifted: (a: Local<'i64'>, bit: Local<'i64'>) => Expr<'i64'>, firstBit: bigint) =>
    module.define(['i64', 'i64'], ['i64'], (f) => {
      const a = f.param('i64', 0);
      const b = f.param('i64', 1);
      const bit = f.let(i64.const(firstBit));
      const sum = f.local('i64');
      f.loop((next) => {
        f.if(i32.wrap(i64.and(i64.shrU(b, bit), 1n)), () => f.set(sum, i64.xor(sum, shifted(a, bit))));
        f.set(bit, i64.add(bit, 1n));
        f.brIf(next, i64.ltU(bit, 64n));
      });
      f.result(sum);
    });
  const clmul = carryLess((a, bit) => i64.shl(a, bit), 0n);
  const clmulh = carryLess((a, bit) => i64.shrU(a, i64.sub(64n, bit)), 1n);
  return { mulhUU, mulhSS, mulhSU, clmul, clmulh };
}

const CANONICAL_NAN_S = 0x7fc0_0000n;
/** The upper half of a register that holds a single (F extension, "NaN Boxing"). */
export const NAN_BOX = 0xffff_ffff_0000_0000n;
/** The rounding mode field that means "as frm says". */
export const DYNAMIC_ROUNDING = 7n;

/** The single in a register's raw bits, the canonical NaN where it is not boxed. */
export function unbox(raw: Local<'i64'>): Value {
  return i64.select(i64.eq(i64.and(raw, NAN_BOX), NAN_BOX), i64.and(raw, ~NAN_BOX), CANONICAL_NAN_S);
}

const truthOf = (v: Value): Expr<'i32'> => v.truth ?? i64.ne(v, 0n);
const compared = (truth: Expr<'i32'>): Value => ({ ...i64.extendI32U(truth), truth });

/** The pure part of `Ops`, for code that goes into `f`. */
export abstract class ArithmeticOps {
  protected readonly f: FunctionBuilder;
  private readonly arithmetic: ArithmeticFunctions;

  constructor(f: FunctionBuilder, arithmetic: ArithmeticFunctions) {
    this.f = f;
    this.arithmetic = arithmetic;
  }

  /** A local for a value that lives within one handler. */
  protected abstract scratch(): Local<'i64'>;

  let(v: Value): Value {
    return this.bound(v);
  }
  protected bound(v: Value): Local<'i64'> {
    const local = this.scratch();
    this.f.set(local, v);
    return local;
  }
  k(value: bigint): Value {
    return i64.const(value);
  }
  add(a: Value, b: Value): Value {
    return i64.add(a, b);
  }
  sub(a: Value, b: Value): Value {
    return i64.sub(a, b);
  }
  and(a: Value, b: Value): Value {
    return i64.and(a, b);
  }
  or(a: Value, b: Value): Value {
    return i64.or(a, b);
  }
  xor(a: Value, b: Value): Value {
    return i64.xor(a, b);
  }
  shl(a: Value, amount: Value): Value {
    return i64.shl(a, amount);
  }
  shrU(a: Value, amount: Value): Value {
    return i64.shrU(a, amount);
  }
  shrS(a: Value, amount: Value): Value {
    return i64.shrS(a, amount);
  }
  mul(a: Value, b: Value): Value {
    return i64.mul(a, b);
  }
  mulhSS(a: Value, b: Value): Value {
    return call('i64', this.arithmetic.mulhSS, a, b);
  }
  mulhUU(a: Value, b: Value): Value {
    return call('i64', this.arithmetic.mulhUU, a, b);
  }
  mulhSU(a: Value, b: Value): Value {
    return call('i64', this.arithmetic.mulhSU, a, b);
  }
  divS(a: Value, b: Value): Value {
    return this.divide(a, b, (n, d) => i64.divS(n, d), true, 'quotient');
  }
  divU(a: Value, b: Value): Value {
    return this.divide(a, b, (n, d) => i64.divU(n, d), false, 'quotient');
  }
  remS(a: Value, b: Value): Value {
    return this.divide(a, b, (n, d) => i64.remS(n, d), false, 'remainder');
  }
  remU(a: Value, b: Value): Value {
    return this.divide(a, b, (n, d) => i64.remU(n, d), false, 'remainder');
  }
  eq(a: Value, b: Value): Value {
    return compared(i64.eq(a, b));
  }
  ne(a: Value, b: Value): Value {
    return compared(i64.ne(a, b));
  }
  ltS(a: Value, b: Value): Value {
    return compared(i64.ltS(a, b));
  }
  ltU(a: Value, b: Value): Value {
    return compared(i64.ltU(a, b));
  }
  geS(a: Value, b: Value): Value {
    return compared(i64.geS(a, b));
  }
  geU(a: Value, b: Value): Value {
    return compared(i64.geU(a, b));
  }
  sext8(a: Value): Value {
    return i64.extend8S(a);
  }
  sext16(a: Value): Value {
    return i64.extend16S(a);
  }
  sext32(a: Value): Value {
    return i64.extend32S(a);
  }
  zext32(a: Value): Value {
    return i64.and(a, 0xffff_ffffn);
  }
  select(cond: Value, a: Value, b: Value): Value {
    return i64.select(truthOf(cond), a, b);
  }
  clz(a: Value): Value {
    return i64.clz(a);
  }
  ctz(a: Value): Value {
    return i64.ctz(a);
  }
  popcnt(a: Value): Value {
    return i64.popcnt(a);
  }
  clmul(a: Value, b: Value): Value {
    return call('i64', this.arithmetic.clmul, a, b);
  }
  clmulh(a: Value, b: Value): Value {
    return call('i64', this.arithmetic.clmulh, a, b);
  }

  protected truth(v: Value): Expr<'i32'> {
    return truthOf(v);
  }

  /** WebAssembly traps on division by zero and on the overflow of the signed quotient; RISC-V defines both. */
  private divide(
    a: Value,
    b: Value,
    op: (n: Expr<'i64'>, d: Expr<'i64'>) => Expr<'i64'>,
    overflows: boolean,
    kind: 'quotient' | 'remainder',
  ): Value {
    const { f } = this;
    const n = this.bound(a);
    const d = this.bound(b);
    const result = this.scratch();
    f.if(
      i64.eqz(d),
      () => f.set(result, kind === 'quotient' ? i64.const(-1n) : n),
      () => {
        if (!overflows) return f.set(result, op(n, d));
        f.if(
          i64.eq(d, -1n),
          () => f.set(result, i64.sub(0n, n)),
          () => f.set(result, op(n, d)),
        );
      },
    );
    return result;
  }
}

/** The same, with registers where records say that they are. */
export abstract class RecordOps extends ArithmeticOps {
  protected readonly c: HartContext;

  constructor(c: HartContext, f: FunctionBuilder, arithmetic: ArithmeticFunctions) {
    super(f, arithmetic);
    this.c = c;
  }

  x(r: Register): Value {
    return i64.load(r);
  }
  setX(r: Register, v: Value): void {
    this.f.store64(r, v);
  }
}
