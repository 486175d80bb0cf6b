/** Loads and stores that the interpreter does not do inline: TLB misses, devices, page-crossing and atomic accesses. */
import { CAUSE } from '../isa/csr.ts';
import { EXIT, PAGE_SIZE, RAM_GPA, TLB_WRITE } from '../memory/layout.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { call, type Expr, type FunctionRef, f64, type I32, i32, i64, type Label, type Local } from '../wasm/ops.ts';
import { ACCESS, accessFaultOf, get32, get64, type HartContext, put32, put64 } from './context.ts';
import { PMP_CHECK } from './pmp.ts';
import { entryOf, type TlbFunctions } from './tlb.ts';
import { NO_TRANSLATION } from './translate.ts';

/** Cache blocks for Zicbom and Zicboz, in bytes. */
export const CACHE_BLOCK = 64;

export interface AccessFunctions {
  /** load(va i64, size i32): i32. 1 and the zero-extended value in STATE.data; or 0, having trapped. */
  readonly load: FunctionRef;
  /** store(va i64, size i32): i32. Stores STATE.data. 1, or 0 having trapped. */
  readonly store: FunctionRef;
  /** hostAddress(va i64, size i32, access i32): i32. Where an aligned access to RAM happens; 0 having trapped, also on a device. */
  readonly hostAddress: FunctionRef;
  /**
   * cacheBlock(va i64, access i32): i32. Where the cache block of `va` is, checked as a whole for that kind of access; 0
   * having trapped. It traps as a store does whatever it needs, and with the address given (Zicbom, Zicboz).
   */
  readonly cacheBlock: FunctionRef;
  /**
   * refill(va i64, size i32, access i32): i32. 1 if the data TLB now has the page of an access that lies within it. Else 0, and
   * nothing has happened: whoever executes the access finds out why.
   */
  readonly refill: FunctionRef;
}

/** `trap` is trap(cause i32, tval i64). */
export function defineAccess(
  c: HartContext,
  translate: FunctionRef,
  pmpCheck: FunctionRef,
  markWritten: FunctionRef,
  tlb: TlbFunctions,
  trap: FunctionRef,
): AccessFunctions {
  const { module } = c;
  const inRam = (physical: Expr<'i64'>) => i64.ltU(i64.sub(physical, BigInt(RAM_GPA)), c.ramSize);
  const ramAddress = (physical: Expr<'i64'>) => i32.add(i32.sub(i32.wrap(physical), RAM_GPA | 0), c.ramBase);

  /** Puts the page of `va` into the TLB set in use. */
  const fill = module.define(['i64', 'i64', 'i32'], [], (f) => {
    const va = f.param('i64', 0);
    const physical = f.param('i64', 1);
    const access = f.param('i32', 2);
    const table = i32.add(i32.add(c.hart, get32(c, 'dataTlb')), i32.select(i32.eq(access, ACCESS.write), TLB_WRITE, 0));
    const entry = f.let(entryOf(table, va));
    f.store64(entry, i64.and(va, -BigInt(PAGE_SIZE)));
    f.store(entry, i32.sub(ramAddress(physical), i32.wrap(va)), 8);
  });

  /**
   * resolve(va, size, access): i64. The physical address of an access within one page, or NO_TRANSLATION having trapped.
   * RAM that is to be written is marked so, whether or not its page can be entered in the TLB.
   */
  const resolve = module.define(['i64', 'i32', 'i32'], ['i64'], (f) => {
    const va = f.param('i64', 0);
    const size = f.param('i32', 1);
    const access = f.param('i32', 2);
    const mode = f.let(call('i32', tlb.dataMode));
    const physical = f.let(call('i64', translate, va, access, mode));
    const trapWith = (cause: Expr<'i32'>) => {
      f.call(trap, cause, va);
      f.return(i64.const(NO_TRANSLATION));
    };
    f.if(i64.eq(physical, NO_TRANSLATION), () => trapWith(get32(c, 'faultCause')));
    const page = i64.and(physical, -BigInt(PAGE_SIZE));
    f.if(
      i32.eq(call('i32', pmpCheck, page, i64.const(BigInt(PAGE_SIZE)), mode, access), PMP_CHECK.allowed),
      () => f.if(inRam(physical), () => f.call(fill, va, physical, access)),
      () =>
        f.if(i32.ne(call('i32', pmpCheck, physical, i64.extendI32U(size), mode, access), PMP_CHECK.allowed), () =>
          trapWith(accessFaultOf(access)),
        ),
    );
    f.if(i32.and(i32.eq(access, ACCESS.write), inRam(physical)), () => f.call(markWritten, physical));
    f.result(physical);
  });

  const crosses = (va: Expr<'i64'>, size: Expr<'i32'>) =>
    i32.gtU(i32.add(i32.and(i32.wrap(va), PAGE_SIZE - 1), size), PAGE_SIZE);
  /**
   * Checks both parts of an access that crosses pages before either happens, for a trap must leave no trace; each faults
   * with its own address. Devices take no such accesses.
   */
  const checkBothPages = (f: FunctionBuilder, va: Expr<'i64'>, size: Expr<'i32'>, access: number) => {
    const inFirst = f.let(i32.sub(PAGE_SIZE, i32.and(i32.wrap(va), PAGE_SIZE - 1)));
    const parts = [
      [va, inFirst],
      [i64.add(va, i64.extendI32U(inFirst)), i32.sub(size, inFirst)],
    ] as const;
    for (const [address, length] of parts) {
      const physical = f.let(call('i64', resolve, address, length, i32.const(access)));
      f.if(i64.eq(physical, NO_TRANSLATION), () => f.return(i32.const(0)));
      f.if(i32.eqz(inRam(physical)), () => {
        f.call(trap, accessFaultOf(access), address);
        f.return(i32.const(0));
      });
    }
  };
  const bitsOf = (bytes: Expr<'i32'>) => i64.extendI32U(i32.shl(bytes, 3));

  const load = module.declare(['i64', 'i32'], ['i32']);
  {
    const f = load;
    const va = f.param('i64', 0);
    const size = f.param('i32', 1);
    const index = f.local('i32');
    const sum = f.local('i64');
    f.if(crosses(va, size), () => {
      checkBothPages(f, va, size, ACCESS.read);
      f.loop((next) => {
        f.if(i32.eqz(call('i32', load.ref, i64.add(va, i64.extendI32U(index)), i32.const(1))), () =>
          f.return(i32.const(0)),
        );
        f.set(sum, i64.or(sum, i64.shl(get64(c, 'data'), bitsOf(index))));
        f.set(index, i32.add(index, 1));
        f.brIf(next, i32.ltU(index, size));
      });
      put64(c, f, 'data', sum);
      f.return(i32.const(1));
    });
    const physical = f.let(call('i64', resolve, va, size, i32.const(ACCESS.read)));
    f.if(i64.eq(physical, NO_TRANSLATION), () => f.return(i32.const(0)));
    f.if(
      inRam(physical),
      () => {
        const host = f.let(ramAddress(physical));
        bySize(f, size, (bytes) => put64(c, f, 'data', LOAD_UNSIGNED[bytes](host)));
      },
      () => onDevice(f, va, physical, size, ACCESS.read),
    );
    f.result(i32.const(1));
  }

  const store = module.declare(['i64', 'i32'], ['i32']);
  {
    const f = store;
    const va = f.param('i64', 0);
    const size = f.param('i32', 1);
    const index = f.local('i32');
    const value = f.local('i64');
    f.if(crosses(va, size), () => {
      f.set(value, get64(c, 'data'));
      checkBothPages(f, va, size, ACCESS.write);
      f.loop((next) => {
        put64(c, f, 'data', i64.and(i64.shrU(value, bitsOf(index)), 0xffn));
        f.if(i32.eqz(call('i32', store.ref, i64.add(va, i64.extendI32U(index)), i32.const(1))), () =>
          f.return(i32.const(0)),
        );
        f.set(index, i32.add(index, 1));
        f.brIf(next, i32.ltU(index, size));
      });
      f.return(i32.const(1));
    });
    const physical = f.let(call('i64', resolve, va, size, i32.const(ACCESS.write)));
    f.if(i64.eq(physical, NO_TRANSLATION), () => f.return(i32.const(0)));
    f.if(
      inRam(physical),
      () => {
        const host = f.let(ramAddress(physical));
        f.set(value, get64(c, 'data'));
        bySize(f, size, (bytes) => storeBytes(f, bytes, host, value));
      },
      () => onDevice(f, va, physical, size, ACCESS.write),
    );
    f.result(i32.const(1));
  }

  /** Devices take naturally aligned accesses at addresses below 2^32 (see MMIO in the layout); all else is an access fault. */
  function onDevice(
    f: FunctionBuilder,
    va: Expr<'i64'>,
    physical: Expr<'i64'>,
    size: Local<'i32'>,
    access: number,
  ): void {
    const misfit = f.local('i32');
    put32(c, f, 'deviceAccess', 1);
    f.set(
      misfit,
      i32.or(i64.ne(i64.and(physical, i64.extendI32U(i32.sub(size, 1))), 0n), i64.ne(i64.shrU(physical, 32n), 0n)),
    );
    f.if(i32.eqz(misfit), () => {
      const deadline = f.let(i64.atomicLoad(c.mtimecmp));
      const host = access === ACCESS.read ? c.imports.mmioLoad : c.imports.mmioStore;
      f.set(misfit, call('i32', host, f64.convertI64U(physical), size));
      // MTIP and the end of the slice were worked out from mtimecmp
      f.if(i64.ne(i64.atomicLoad(c.mtimecmp), deadline), () => put32(c, f, 'exit', EXIT.slice));
    });
    f.if(misfit, () => {
      f.call(trap, accessFaultOf(access), va);
      f.return(i32.const(0));
    });
  }

  const hostAddress = module.define(['i64', 'i32', 'i32'], ['i32'], (f) => {
    const va = f.param('i64', 0);
    const size = f.param('i32', 1);
    const access = f.param('i32', 2);
    const physical = f.let(call('i64', resolve, va, size, access));
    f.if(i64.eq(physical, NO_TRANSLATION), () => f.return(i32.const(0)));
    f.if(i32.eqz(inRam(physical)), () => {
      f.call(trap, accessFaultOf(access), va);
      f.return(i32.const(0));
    });
    f.result(ramAddress(physical));
  });

  const cacheBlock = module.define(['i64', 'i32'], ['i32'], (f) => {
    const va = f.param('i64', 0);
    const access = f.param('i32', 1);
    const mode = f.let(call('i32', tlb.dataMode));
    const physical = f.let(call('i64', translate, va, access, mode));
    f.if(i64.eq(physical, NO_TRANSLATION), () => {
      // The causes of loads and of stores differ in this bit
      f.call(trap, i32.or(get32(c, 'faultCause'), CAUSE.storePageFault ^ CAUSE.loadPageFault), va);
      f.return(i32.const(0));
    });
    const block = f.let(i64.and(physical, -BigInt(CACHE_BLOCK)));
    const check = call('i32', pmpCheck, block, i64.const(BigInt(CACHE_BLOCK)), mode, access);
    f.if(i32.or(i32.ne(check, PMP_CHECK.allowed), i32.eqz(inRam(block))), () => {
      f.call(trap, i32.const(CAUSE.storeAccessFault), va);
      f.return(i32.const(0));
    });
    f.if(i32.eq(access, ACCESS.write), () => {
      f.call(markWritten, block);
      const page = i64.and(physical, -BigInt(PAGE_SIZE));
      const wholePage = call('i32', pmpCheck, page, i64.const(BigInt(PAGE_SIZE)), mode, access);
      f.if(i32.eq(wholePage, PMP_CHECK.allowed), () => f.call(fill, va, physical, access));
    });
    f.result(ramAddress(block));
  });
  const refill = module.define(['i64', 'i32', 'i32'], ['i32'], (f) => {
    const va = f.param('i64', 0);
    const size = f.param('i32', 1);
    const access = f.param('i32', 2);
    f.if(crosses(va, size), () => f.return(i32.const(0)));
    const mode = f.let(call('i32', tlb.dataMode));
    const physical = f.let(call('i64', translate, va, access, mode));
    // NO_TRANSLATION is not in RAM either
    f.if(i32.eqz(inRam(physical)), () => f.return(i32.const(0)));
    const page = i64.and(physical, -BigInt(PAGE_SIZE));
    const check = call('i32', pmpCheck, page, i64.const(BigInt(PAGE_SIZE)), mode, access);
    f.if(i32.ne(check, PMP_CHECK.allowed), () => f.return(i32.const(0)));
    f.if(i32.eq(access, ACCESS.write), () => f.call(markWritten, physical));
    f.call(fill, va, physical, access);
    f.result(i32.const(1));
  });
  return { refill, load: load.ref, store: store.ref, hostAddress, cacheBlock };
}

export const LOAD_UNSIGNED = {
  1: i64.load8U,
  2: i64.load16U,
  4: i64.load32U,
  8: i64.load,
} as const;

export const LOAD_SIGNED = {
  1: i64.load8S,
  2: i64.load16S,
  4: i64.load32S,
  8: i64.load,
} as const;

export function storeBytes(f: FunctionBuilder, size: 1 | 2 | 4 | 8, base: I32, value: Expr<'i64'>): void {
  if (size === 1) f.storeLow8(base, value);
  else if (size === 2) f.storeLow16(base, value);
  else if (size === 4) f.storeLow32(base, value);
  else f.store64(base, value);
}

/** Runs `emit` for the size that `size` turns out to have. */
function bySize(f: FunctionBuilder, size: Expr<'i32'>, emit: (bytes: 1 | 2 | 4 | 8) => void): void {
  f.block((done: Label) => {
    for (const bytes of [1, 2, 4] as const) {
      f.if(i32.eq(size, bytes), () => {
        emit(bytes);
        f.br(done);
      });
    }
    emit(8);
  });
}
