/** Division and square root. */
import { type Expr, type FunctionRef, f64, i32, i64 } from '../wasm/ops.ts';
import { isComfortable, returnIfFinite, returnIfNormal, trailingZeros } from './fast.ts';
import { DOUBLE, type HostType } from './format.ts';
import { LEADING, normalizeRoundPack, roundPack } from './round.ts';
import { bit, exponent, FFLAG, isNan, isZero, normalized, returnInvalid, returnNan, type Unit } from './unpack.ts';

/** FDIV: `(a, b, rm) -> bits`. */
export function defineDiv<T extends HostType>(unit: Unit<T>): FunctionRef {
  const { fmt, module, raise } = unit;
  const { host } = fmt;
  return module.define(['i64', 'i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    const rm = f.param('i32', 2);
    f.if(i32.eqz(rm), () => {
      const x = f.let(host.fromBits(a));
      const y = f.let(host.fromBits(b));
      const quotient = f.let(host.div(x, y));
      returnIfNormal(f, unit, quotient, () => {
        // The host multiplies back exactly if the odd parts fit (see FMUL) and nothing falls below the subnormal numbers.
        const zeros = i64.add(trailingZeros(fmt, host.toBits(quotient)), trailingZeros(fmt, b));
        const backIsExact = i32.and(i64.gtU(zeros, BigInt(fmt.fracBits)), isComfortable(fmt, a));
        return i32.and(backIsExact, host.eq(host.mul(quotient, y), x));
      });
    });

    const sign = f.let(i64.and(i64.xor(a, b), fmt.sign));
    const aSpecial = f.let(i32.eq(exponent(fmt, a), fmt.expMask));
    const bSpecial = f.let(i32.eq(exponent(fmt, b), fmt.expMask));
    f.if(i32.or(aSpecial, bSpecial), () => {
      f.if(i32.or(isNan(fmt, a), isNan(fmt, b)), () => returnNan(f, unit, a, b));
      f.if(i32.and(aSpecial, bSpecial), () => returnInvalid(f, unit)); // infinity / infinity
      f.return(i64.select(aSpecial, i64.or(sign, fmt.infinity), sign));
    });
    f.if(isZero(fmt, b), () => {
      f.if(isZero(fmt, a), () => returnInvalid(f, unit)); // 0 / 0
      raise(f, FFLAG.DZ);
      f.return(i64.or(sign, fmt.infinity));
    });
    f.if(isZero(fmt, a), () => f.return(sign));

    // Long division in digits as wide as 64-bit arithmetic allows, until the quotient has two bits to spare.
    const x = normalized(f, fmt, a);
    const y = normalized(f, fmt, b);
    const digitBits = 63 - fmt.fracBits;
    const digits = Math.ceil((fmt.fracBits + 3) / digitBits);
    const rest = f.let(x.sig);
    const quotient = f.local('i64');
    for (let i = 0; i < digits; i++) {
      f.set(rest, i64.shl(rest, BigInt(digitBits)));
      const digit = f.let(i64.divU(rest, y.sig));
      f.set(quotient, i64.add(i64.shl(quotient, BigInt(digitBits)), digit));
      f.set(rest, i64.sub(rest, i64.mul(digit, y.sig)));
    }
    f.set(quotient, i64.shl(quotient, 1n));
    f.set(quotient, i64.or(quotient, bit(i64.ne(rest, 0n))));
    // The quotient counts 2^-(digitBits * digits + 1); were its leading one at bit 62, it would count 2^-62.
    const scale = LEADING - (digitBits * digits + 1);
    const exp = f.let(i32.add(i32.sub(x.exp, y.exp), fmt.bias + scale));
    f.result(normalizeRoundPack(f, unit, sign, exp, quotient, rm));
  });
}

/** FSQRT: `(a, rm) -> bits`. */
export function defineSqrt<T extends HostType>(unit: Unit<T>): FunctionRef {
  const { fmt, module } = unit;
  const { host } = fmt;
  return module.define(['i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const rm = f.param('i32', 1);
    f.if(i32.eqz(rm), () => {
      const root = f.let(host.sqrt(host.fromBits(a)));
      // A root is never tiny, so all that can be wrong is the exactness.
      const exact = (): Expr<'i32'> => {
        const zeros = trailingZeros(fmt, host.toBits(root));
        const backIsExact = i32.and(i64.gtU(i64.shl(zeros, 1n), BigInt(fmt.fracBits)), isComfortable(fmt, a));
        return i32.and(backIsExact, host.eq(host.mul(root, root), host.fromBits(a)));
      };
      returnIfFinite(f, unit, root, exact);
    });

    f.if(isZero(fmt, a), () => f.return(a)); // IEEE 754-2019 section 5.4.1: the root of -0 is -0
    f.if(isNan(fmt, a), () => returnNan(f, unit, a));
    f.if(i64.ne(i64.and(a, fmt.sign), 0n), () => returnInvalid(f, unit));
    f.if(i64.eq(a, fmt.infinity), () => f.return(a));

    // The significand as a double in [1, 4), scaled by an even exponent.
    const x = normalized(f, fmt, a);
    const exp = f.let(i32.sub(x.exp, fmt.bias));
    const odd = f.let(i64.extendI32U(i32.and(exp, 1)));
    const sig = f.let(i64.shl(x.sig, BigInt(DOUBLE.fracBits - fmt.fracBits)));
    const one = BigInt(DOUBLE.bias) << BigInt(DOUBLE.fracBits);
    // Adding the significand counts its hidden bit into the exponent field, so start one lower.
    const operand = i64.add(sig, i64.add(one - DOUBLE.hidden, i64.shl(odd, BigInt(DOUBLE.fracBits))));
    const estimate = i64.reinterpretF64(f64.sqrt(f64.reinterpretI64(operand)));
    const root = f.let(i64.or(i64.and(estimate, DOUBLE.frac), DOUBLE.hidden));
    // The estimate is off by less than half a unit, so what remains is small: its exact value survives modulo 2^64.
    const radicand = i64.shl(sig, i64.add(odd, BigInt(DOUBLE.fracBits)));
    const rest = f.let(i64.sub(radicand, i64.mul(root, root)));
    const above = bit(i64.gtS(rest, 0n));
    const below = bit(i64.ltS(rest, 0n));
    const scaled = i64.shl(root, BigInt(LEADING - DOUBLE.fracBits));
    f.result(roundPack(unit, 0n, i32.add(i32.shrS(exp, 1), fmt.bias), i64.sub(i64.add(scaled, above), below), rm));
  });
}
