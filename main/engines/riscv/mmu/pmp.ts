/** Physical memory protection (Privileged 1.13, section 3.7). */
import { MODE, PMP_ENTRIES } from '../isa/csr.ts';
import { STATE } from '../memory/layout.ts';
import { type FunctionRef, i32, i64 } from '../wasm/ops.ts';
import { ACCESS, type HartContext } from './context.ts';

export const PMP = { R: 1, W: 2, X: 4, A: 0x18, L: 0x80 } as const;
const MATCH = { off: 0, tor: 0x08, na4: 0x10, napot: 0x18 } as const;

/** `check` yields: access denied, allowed, or only a part of the range matches the deciding entry. */
export const PMP_CHECK = { denied: 0, allowed: 1, partial: 2 } as const;

/**
 * check(address i64, length i64, mode i32, access i32): i32. The lowest-numbered entry that matches any byte decides; it
 * must match all of them. M-mode passes unless the entry is locked; other modes fail without a match.
 */
export function definePmpCheck({ module, hart }: HartContext): FunctionRef {
  return module.define(['i64', 'i64', 'i32', 'i32'], ['i32'], (f) => {
    const address = f.param('i64', 0);
    const length = f.param('i64', 1);
    const mode = f.param('i32', 2);
    const access = f.param('i32', 3);
    const end = f.let(i64.add(address, length));
    const entry = f.local('i32');
    const cfg = f.local('i32');
    const value = f.local('i64');
    const previous = f.local('i64');
    const low = f.local('i64');
    const high = f.local('i64');
    f.loop((next) => {
      f.set(cfg, i32.load8U(i32.add(hart, entry), STATE.pmpcfg));
      f.set(value, i64.shl(i64.load(i32.add(hart, i32.shl(entry, 3)), STATE.pmpaddr), 2n));
      f.block((decided) => {
        f.if(i32.eq(i32.and(cfg, PMP.A), MATCH.off), () => f.br(decided));
        f.if(
          i32.eq(i32.and(cfg, PMP.A), MATCH.tor),
          () => {
            f.set(low, previous);
            f.set(high, value);
          },
          () =>
            f.if(
              i32.eq(i32.and(cfg, PMP.A), MATCH.na4),
              () => {
                f.set(low, value);
                f.set(high, i64.add(value, 4n));
              },
              () => {
                // NAPOT: k trailing ones in pmpaddr stand for a range of 2^(k+3) bytes
                f.set(high, i64.or(value, 3n));
                f.set(low, i64.and(value, i64.add(high, 1n)));
                f.set(high, i64.add(i64.or(high, i64.add(high, 1n)), 1n));
              },
            ),
        );
        // A TOR entry whose top is not above the one below it matches nothing
        const outside = i32.or(i64.leU(end, low), i64.geU(address, high));
        f.if(i32.or(outside, i64.geU(low, high)), () => f.br(decided));
        f.if(i32.or(i64.ltU(address, low), i64.gtU(end, high)), () => f.return(i32.const(PMP_CHECK.partial)));
        f.if(i32.and(i32.eq(mode, MODE.M), i32.eqz(i32.and(cfg, PMP.L))), () => f.return(i32.const(PMP_CHECK.allowed)));
        const wanted = i32.select(
          i32.eq(access, ACCESS.write),
          PMP.W,
          i32.select(i32.eq(access, ACCESS.execute), PMP.X, PMP.R),
        );
        f.return(i32.ne(i32.and(cfg, wanted), 0));
      });
      f.set(previous, value);
      f.set(entry, i32.add(entry, 1));
      f.brIf(next, i32.ltU(entry, PMP_ENTRIES));
    });
    f.result(i32.eq(mode, MODE.M));
  });
}
