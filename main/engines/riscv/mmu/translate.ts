/** Virtual to physical addresses: Sv39, Sv48 (Privileged 1.13, sections 4.3.2, 4.4, 4.5), Svnapot, Svadu. */
import { ENVCFG, MODE, MSTATUS } from '../isa/csr.ts';
import { RAM_GPA } from '../memory/layout.ts';
import { call, type FunctionRef, i32, i64 } from '../wasm/ops.ts';
import { ACCESS, accessFaultOf, get64, type HartContext, hasAny, pageFaultOf, put32 } from './context.ts';
import { PMP_CHECK } from './pmp.ts';

export const PTE = {
  V: 1n << 0n,
  R: 1n << 1n,
  W: 1n << 2n,
  X: 1n << 3n,
  U: 1n << 4n,
  A: 1n << 6n,
  D: 1n << 7n,
  N: 1n << 63n,
  /** Reserved for standards this hart does not have: bits 54 to 60, and PBMT. */
  reserved: (0x7fn << 54n) | (3n << 61n),
} as const; // prettier-ignore

/** The physical page number in satp, and in a page table entry from bit 10. */
const PPN = (1n << 44n) - 1n;
/** What `translate` yields where there is no translation; STATE.faultCause then holds the cause. */
export const NO_TRANSLATION = -1n;

/** translate(va i64, access i32, mode i32): i64, the physical address or NO_TRANSLATION. */
export function defineTranslate(c: HartContext, pmpCheck: FunctionRef, markWritten: FunctionRef): FunctionRef {
  return c.module.define(['i64', 'i32', 'i32'], ['i64'], (f) => {
    const va = f.param('i64', 0);
    const access = f.param('i32', 1);
    const mode = f.param('i32', 2);
    const satp = f.let(get64(c, 'satp'));
    f.if(i32.or(i32.eq(mode, MODE.M), i64.eqz(i64.shrU(satp, 60n))), () => {
      // Physical addresses have 56 bits; NO_TRANSLATION must not pass for one
      f.if(i64.eqz(i64.shrU(va, 56n)), () => f.return(va));
      put32(c, f, 'faultCause', accessFaultOf(access));
      f.return(i64.const(NO_TRANSLATION));
    });

    const levels = f.let(i32.sub(i32.wrap(i64.shrU(satp, 60n)), 5)); // 8 is Sv39, 9 is Sv48
    const unused = f.let(i64.sub(52n, i64.extendI32U(i32.mul(levels, 9))));
    const level = f.local('i32');
    const table = f.local('i64');
    const pteAddress = f.local('i64');
    const host = f.local('i32');
    const pte = f.local('i64');
    const updated = f.local('i64');
    const shift = f.local('i64');
    const ppn = f.local('i64');
    const low = f.local('i64');

    const fault = (cause: ReturnType<typeof pageFaultOf>) => {
      put32(c, f, 'faultCause', cause);
      f.return(i64.const(NO_TRANSLATION));
    };
    const pageFaultIf = (cond: ReturnType<typeof hasAny>) => f.if(cond, () => fault(pageFaultOf(access)));
    const checkPte = (kind: number) =>
      f.if(
        i32.ne(call('i32', pmpCheck, pteAddress, i64.const(8n), i32.const(MODE.S), i32.const(kind)), PMP_CHECK.allowed),
        () => fault(accessFaultOf(access)),
      );

    pageFaultIf(i64.ne(i64.shrS(i64.shl(va, unused), unused), va));
    f.loop((restart) => {
      // Step 1
      f.set(table, i64.shl(i64.and(satp, PPN), 12n));
      f.set(level, levels);
      f.loop((descend) => {
        f.set(level, i32.sub(level, 1));
        pageFaultIf(i32.ltS(level, 0));
        // Step 2
        f.set(shift, i64.extendI32U(i32.add(12, i32.mul(level, 9))));
        f.set(pteAddress, i64.add(table, i64.shl(i64.and(i64.shrU(va, shift), 0x1ffn), 3n)));
        f.if(i64.geU(i64.sub(pteAddress, BigInt(RAM_GPA)), c.ramSize), () => fault(accessFaultOf(access)));
        checkPte(ACCESS.read);
        f.set(host, i32.add(i32.sub(i32.wrap(pteAddress), RAM_GPA | 0), c.ramBase));
        f.set(pte, i64.atomicLoad(host));
        // Step 3
        pageFaultIf(i64.eqz(i64.and(pte, PTE.V)));
        pageFaultIf(i64.eq(i64.and(pte, PTE.R | PTE.W), PTE.W));
        pageFaultIf(hasAny(pte, PTE.reserved));
        f.set(ppn, i64.and(i64.shrU(pte, 10n), PPN));
        // Step 4
        f.if(i64.eqz(i64.and(pte, PTE.R | PTE.X)), () => {
          pageFaultIf(hasAny(pte, PTE.A | PTE.D | PTE.U | PTE.N));
          f.set(table, i64.shl(ppn, 12n));
          f.br(descend);
        });
      });
      // Step 5: superpages must be aligned; Svnapot knows 64 KiB pages only
      f.set(low, i64.sub(i64.shl(1n, i64.sub(shift, 12n)), 1n));
      pageFaultIf(i64.ne(i64.and(ppn, low), 0n));
      f.if(hasAny(pte, PTE.N), () => {
        pageFaultIf(i32.or(i32.ne(level, 0), i64.ne(i64.and(ppn, 0xfn), 8n)));
        f.set(low, 0xfn);
      });
      // Step 6
      f.if(
        hasAny(pte, PTE.U),
        () =>
          f.if(i32.eq(mode, MODE.S), () =>
            pageFaultIf(i32.or(i32.eq(access, ACCESS.execute), i32.eqz(hasAny(get64(c, 'mstatus'), MSTATUS.SUM)))),
          ),
        () => pageFaultIf(i32.eq(mode, MODE.U)),
      );
      f.if(i32.eq(access, ACCESS.read), () =>
        pageFaultIf(
          i32.eqz(hasAny(pte, i64.or(PTE.R, i64.select(hasAny(get64(c, 'mstatus'), MSTATUS.MXR), PTE.X, 0n)))),
        ),
      );
      f.if(i32.eq(access, ACCESS.write), () => pageFaultIf(i32.eqz(hasAny(pte, PTE.W))));
      f.if(i32.eq(access, ACCESS.execute), () => pageFaultIf(i32.eqz(hasAny(pte, PTE.X))));
      // Step 7: set A, and D on a write, or fault where hardware updating is off (Svadu)
      f.set(updated, i64.or(i64.or(pte, PTE.A), i64.select(i32.eq(access, ACCESS.write), PTE.D, 0n)));
      f.if(i64.ne(updated, pte), () => {
        pageFaultIf(i32.eqz(hasAny(get64(c, 'menvcfg'), ENVCFG.ADUE)));
        checkPte(ACCESS.write);
        f.call(markWritten, pteAddress);
        f.brIf(restart, i64.ne(i64.atomicCmpxchg(host, pte, updated), pte));
      });
    });
    // Step 8
    f.if(i32.and(i64.ne(low, 0n), i64.geS(va, 0n)), () => put32(c, f, 'superpages', 1));
    f.result(
      i64.or(
        i64.shl(i64.or(i64.and(ppn, i64.xor(low, -1n)), i64.and(i64.shrU(va, 12n), low)), 12n),
        i64.and(va, 0xfffn),
      ),
    );
  });
}
