/**
 * From a program counter to predecoded records.
 *
 * Each code page has a decode slot: its records, filled as they are first executed, and a copy of the page as it was
 * decoded. Stores do not touch slots. fence.i starts a new epoch, and a slot of an older one is compared with memory when
 * it is next entered: RISC-V asks no more (Unprivileged, chapter "Zifencei").
 */
import { CAUSE } from '../isa/csr.ts';
import {
  PAGE_SHIFT,
  PAGE_SIZE,
  RAM_GPA,
  RECORD,
  RECORD_SCALE_SHIFT,
  SLOT,
  SLOT_OF_PAGE,
  SLOT_SIZE,
  SLOTS,
  SLOTS_BASE,
  STRADDLE_SLOT,
} from '../memory/layout.ts';
import { PAGE_STATE } from '../memory/page-state.ts';
import { ACCESS, get32, get64, type HartContext, put32, put64 } from '../mmu/context.ts';
import { PMP_CHECK } from '../mmu/pmp.ts';
import { entryOf, type TlbFunctions } from '../mmu/tlb.ts';
import { NO_TRANSLATION } from '../mmu/translate.ts';
import { call, type Expr, type FunctionRef, i32, i64 } from '../wasm/ops.ts';
import { OP } from './record.ts';

export interface FetchFunctions {
  /** fetch(pc i64): i32. The decode slot to execute `pc` from, or 0 having trapped. */
  readonly fetch: FunctionRef;
  /**
   * straddle(pc i64, low i32): i32. The same for an instruction across two pages, whose first half is in the low half of
   * `low`; the slot holds this instruction alone.
   */
  readonly straddle: FunctionRef;
}

const WORDS_COMPARED_AT_ONCE = 4;

export function defineFetch(
  c: HartContext,
  translate: FunctionRef,
  pmpCheck: FunctionRef,
  tlb: TlbFunctions,
  trap: FunctionRef,
): FetchFunctions {
  const { module, hart } = c;
  const ramOffset = (physical: Expr<'i64'>) => i64.sub(physical, BigInt(RAM_GPA));

  /** fill(slot i32, host i32): empties the slot, heat included, and copies the page at `host` into it. */
  const fill = module.define(['i32', 'i32'], [], (f) => {
    const slot = f.param('i32', 0);
    const host = f.param('i32', 1);
    f.memoryFill(slot, 0, SLOT.pageEnd);
    f.memoryFill(i32.add(slot, SLOT.heat), 0, PAGE_SIZE);
    f.store(slot, i32.add(i32.load(slot, SLOT.generation), 1), SLOT.generation);
    for (const end of [0, RECORD]) f.store16(slot, OP.resync, SLOT.pageEnd + end);
    const state = i32.add(c.pageState, i32.shrU(i32.sub(host, c.ramBase), PAGE_SHIFT));
    f.drop(i32.atomicOr8(state, PAGE_STATE.code));
    f.memoryCopy(i32.add(slot, SLOT.copy), host, PAGE_SIZE);
  });

  /** changed(slot i32, host i32): i32. Whether the page at `host` differs from the slot's copy. */
  const changed = module.define(['i32', 'i32'], ['i32'], (f) => {
    const slot = f.param('i32', 0);
    const host = f.param('i32', 1);
    const end = f.let(i32.add(host, PAGE_SIZE));
    f.loop((next) => {
      let difference: Expr<'i64'> = i64.const(0n);
      for (let i = 0; i < WORDS_COMPARED_AT_ONCE; i++) {
        difference = i64.or(difference, i64.xor(i64.load(host, 8 * i), i64.load(slot, SLOT.copy + 8 * i)));
      }
      f.if(i64.ne(difference, 0n), () => f.return(i32.const(1)));
      f.set(slot, i32.add(slot, 8 * WORDS_COMPARED_AT_ONCE));
      f.set(host, i32.add(host, 8 * WORDS_COMPARED_AT_ONCE));
      f.brIf(next, i32.ne(host, end));
    });
    f.result(i32.const(0));
  });

  /** slotOf(page i32): i32. The slot of guest page `page`, current in this epoch. */
  const slotOf = module.define(['i32'], ['i32'], (f) => {
    const page = f.param('i32', 0);
    const host = f.let(i32.add(c.ramBase, i32.shl(page, PAGE_SHIFT)));
    const where = f.let(i32.add(hart, i32.shl(page, 1)));
    const number = f.let(i32.load16U(where, SLOT_OF_PAGE));
    const slot = f.local('i32');
    const locate = () => f.set(slot, i32.add(i32.add(hart, SLOTS_BASE), i32.mul(number, SLOT_SIZE)));
    f.if(
      i32.eqz(number),
      () => {
        f.set(number, get32(c, 'nextSlot'));
        put32(c, f, 'nextSlot', i32.remU(i32.add(number, 1), SLOTS));
        locate();
        const previous = f.let(i32.load(slot, SLOT.page));
        f.if(previous, () => {
          f.store16(i32.add(hart, i32.shl(i32.sub(previous, 1), 1)), 0, SLOT_OF_PAGE);
          f.call(tlb.flushFetch);
        });
        f.store(slot, i32.add(page, 1), SLOT.page);
        f.store16(where, i32.add(number, 1), SLOT_OF_PAGE);
        f.call(fill, slot, host);
      },
      () => {
        f.set(number, i32.sub(number, 1));
        locate();
        f.if(i64.ne(i64.load(slot, SLOT.epoch), get64(c, 'epoch')), () =>
          f.if(call('i32', changed, slot, host), () => f.call(fill, slot, host)),
        );
      },
    );
    f.store64(slot, get64(c, 'epoch'), SLOT.epoch);
    f.result(slot);
  });

  /** fetchHalf(pc i64): i32. The halfword at `pc`, or -1 having trapped. */
  const fetchHalf = module.define(['i64'], ['i32'], (f) => {
    const pc = f.param('i64', 0);
    const refuse = (cause: Expr<'i32'>) => {
      f.call(trap, cause, pc);
      f.return(i32.const(-1));
    };
    const physical = f.let(call('i64', translate, pc, i32.const(ACCESS.execute), get32(c, 'mode')));
    f.if(i64.eq(physical, NO_TRANSLATION), () => refuse(get32(c, 'faultCause')));
    const check = call('i32', pmpCheck, physical, i64.const(2n), get32(c, 'mode'), i32.const(ACCESS.execute));
    const fine = i32.and(i64.ltU(ramOffset(physical), c.ramSize), i32.eq(check, PMP_CHECK.allowed));
    f.if(i32.eqz(fine), () => refuse(i32.const(CAUSE.instructionAccessFault)));
    f.result(i32.load16U(i32.add(c.ramBase, i32.wrap(ramOffset(physical)))));
  });

  /** place(pc i64, word i32): i32. The straddle slot, with that instruction in it. */
  const place = module.define(['i64', 'i32'], ['i32'], (f) => {
    const pc = f.param('i64', 0);
    const word = f.param('i32', 1);
    const slot = f.let(i32.add(hart, STRADDLE_SLOT));
    const recordAt = (offset: Expr<'i32'>) => i32.add(slot, i32.shl(offset, RECORD_SCALE_SHIFT));
    const offset = f.let(i32.and(i32.wrap(pc), PAGE_SIZE - 2));
    // In a loop it is the same one each time. But there may be no record yet, or a debugger may have taken it away
    const sameWord = i32.eq(i32.load(i32.add(slot, offset), SLOT.copy), word);
    const decoded = i32.gtU(i32.load16U(recordAt(offset)), OP.resync);
    f.if(i32.and(sameWord, decoded), () => f.return(slot));
    f.store16(recordAt(get32(c, 'straddle')), OP.resync);
    put32(c, f, 'straddle', offset);
    f.store(i32.add(slot, offset), word, SLOT.copy);
    f.call(c.imports.decode, recordAt(offset), word, offset);
    f.result(slot);
  });

  const fetchOne = module.define(['i64'], ['i32'], (f) => {
    const pc = f.param('i64', 0);
    put64(c, f, 'pc', pc);
    const word = f.let(call('i32', fetchHalf, pc));
    f.if(i32.eq(word, -1), () => f.return(i32.const(0)));
    f.if(i32.eq(i32.and(word, 3), 3), () => {
      const high = f.let(call('i32', fetchHalf, i64.add(pc, 2n)));
      f.if(i32.eq(high, -1), () => f.return(i32.const(0)));
      f.set(word, i32.or(word, i32.shl(high, 16)));
    });
    f.result(call('i32', place, pc, word));
  });

  const straddle = module.define(['i64', 'i32'], ['i32'], (f) => {
    const pc = f.param('i64', 0);
    const low = i32.and(f.param('i32', 1), 0xffff);
    const behind = i64.add(pc, 2n);
    const entry = f.let(entryOf(i32.add(hart, get32(c, 'fetchTlb')), behind));
    f.if(i64.eq(i64.load(entry), behind), () => {
      const high = i32.load16U(i32.load(entry, 8), SLOT.copy);
      f.return(call('i32', place, pc, i32.or(low, i32.shl(high, 16))));
    });
    f.result(call('i32', fetchOne, pc));
  });

  const fetch = module.define(['i64'], ['i32'], (f) => {
    const pc = f.param('i64', 0);
    const mode = f.let(get32(c, 'mode'));
    const refuse = (cause: Expr<'i32'>) => {
      f.call(trap, cause, pc);
      f.return(i32.const(0));
    };
    const physical = f.let(call('i64', translate, pc, i32.const(ACCESS.execute), mode));
    f.if(i64.eq(physical, NO_TRANSLATION), () => refuse(get32(c, 'faultCause')));
    f.if(i64.geU(ramOffset(physical), c.ramSize), () => refuse(i32.const(CAUSE.instructionAccessFault)));
    const check = f.let(
      call(
        'i32',
        pmpCheck,
        i64.and(physical, -BigInt(PAGE_SIZE)),
        i64.const(BigInt(PAGE_SIZE)),
        mode,
        i32.const(ACCESS.execute),
      ),
    );
    f.if(i32.eq(check, PMP_CHECK.denied), () => refuse(i32.const(CAUSE.instructionAccessFault)));
    f.if(i32.eq(check, PMP_CHECK.partial), () => f.return(call('i32', fetchOne, pc)));
    const page = i32.wrap(i64.shrU(ramOffset(physical), BigInt(PAGE_SHIFT)));
    const slot = f.let(call('i32', slotOf, page));
    const entry = f.let(entryOf(i32.add(hart, get32(c, 'fetchTlb')), pc));
    f.store64(entry, i64.and(pc, -BigInt(PAGE_SIZE)));
    f.store(entry, slot, 8);
    f.result(slot);
  });
  return { fetch, straddle };
}
