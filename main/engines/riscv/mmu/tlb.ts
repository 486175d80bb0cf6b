/**
 * The software TLBs: direct-mapped, one set for each combination of privilege and mstatus.SUM that translates alike, so
 * that a trap costs no flush. ASIDs are not implemented (ASIDLEN is 0): a write to satp flushes.
 */
import { MODE, MSTATUS } from '../isa/csr.ts';
import {
  DATA_TLB,
  FETCH_SET_SIZE,
  FETCH_SETS,
  FETCH_TLB,
  PAGE_SHIFT,
  TLB_ENTRIES,
  TLB_ENTRY,
  TLB_SET,
  TLB_SET_SIZE,
  TLB_SIZE,
  TLB_WRITE,
} from '../memory/layout.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { type Expr, type FunctionRef, type I64, i32, i64 } from '../wasm/ops.ts';
import { get32, get64, type HartContext, hasAny, put32 } from './context.ts';

/** The entry of `va` in a table that starts at `table`, as an address. */
export function entryOf(table: Expr<'i32'>, va: I64): Expr<'i32'> {
  return i32.add(table, i32.and(i32.shrU(i32.wrap(va), PAGE_SHIFT - 4), (TLB_ENTRIES - 1) * TLB_ENTRY));
}

/** A page whose addresses never look at entry `index`: the tag of an empty entry. */
const emptyTag = (index: number) => BigInt(index ^ 1) << BigInt(PAGE_SHIFT);

export interface TlbFunctions {
  /** flushAll(): empties every set. */
  readonly flushAll: FunctionRef;
  /** flushTranslated(): empties the sets that translate, all but M-mode's. */
  readonly flushTranslated: FunctionRef;
  /** flushPage(va i64): forgets the translation of one address. */
  readonly flushPage: FunctionRef;
  /** flushFetch(): empties the fetch sets. */
  readonly flushFetch: FunctionRef;
  /** selectSets(): points dataTlb and fetchTlb at the sets for the current mode, MPRV, MPP and SUM. */
  readonly selectSets: FunctionRef;
  /** dataMode(): i32, the mode whose rules loads and stores follow (mstatus.MPRV). */
  readonly dataMode: FunctionRef;
}

export function defineTlb(c: HartContext): TlbFunctions {
  const { module, hart } = c;

  /** Empties `tables` tables from `offset`. All ones match no page but the first and the last, whose entries get other tags. */
  const empty = (f: FunctionBuilder, offset: number, tables: number) => {
    f.memoryFill(i32.add(hart, offset), 0xff, tables * TLB_SIZE);
    for (let table = 0; table < tables; table++) {
      for (const index of [0, TLB_ENTRIES - 1]) {
        f.store64(hart, emptyTag(index), offset + table * TLB_SIZE + index * TLB_ENTRY);
      }
    }
  };

  const flushFetch = module.define([], [], (f) => empty(f, FETCH_TLB, FETCH_SETS));
  const flushAll = module.define([], [], (f) => {
    empty(f, DATA_TLB, (FETCH_TLB - DATA_TLB) / TLB_SIZE);
    f.call(flushFetch);
    put32(c, f, 'superpages', 0);
  });
  const flushTranslated = module.define([], [], (f) => {
    empty(f, DATA_TLB, (TLB_SET.machine * TLB_SET_SIZE) / TLB_SIZE);
    empty(f, FETCH_TLB, MODE.S + 1);
    put32(c, f, 'superpages', 0);
  });
  const flushPage = module.define(['i64'], [], (f) => {
    const va = f.param('i64', 0);
    const offset = f.let(entryOf(hart, va));
    const tag = f.let(i64.and(i64.xor(va, 1n << BigInt(PAGE_SHIFT)), -1n << BigInt(PAGE_SHIFT)));
    for (const set of [TLB_SET.user, TLB_SET.supervisor, TLB_SET.supervisorUser]) {
      f.store64(offset, tag, DATA_TLB + set * TLB_SET_SIZE);
      f.store64(offset, tag, DATA_TLB + set * TLB_SET_SIZE + TLB_WRITE);
    }
    for (const set of [MODE.U, MODE.S]) f.store64(offset, tag, FETCH_TLB + set * FETCH_SET_SIZE);
  });
  const dataMode = module.define([], ['i32'], (f) => {
    f.result(
      i32.select(
        hasAny(get64(c, 'mstatus'), MSTATUS.MPRV),
        i32.and(i32.wrap(i64.shrU(get64(c, 'mstatus'), 11n)), 3),
        get32(c, 'mode'),
      ),
    );
  });
  const selectSets = module.define([], [], (f) => {
    const mode = f.local('i32');
    f.set(mode, get32(c, 'mode'));
    // M-mode fetches from the third set
    put32(c, f, 'fetchTlb', i32.add(FETCH_TLB, i32.mul(i32.select(i32.eq(mode, MODE.M), 2, mode), FETCH_SET_SIZE)));
    f.if(i32.and(i32.eq(mode, MODE.M), hasAny(get64(c, 'mstatus'), MSTATUS.MPRV)), () =>
      f.set(mode, i32.and(i32.wrap(i64.shrU(get64(c, 'mstatus'), 11n)), 3)),
    );
    const supervisorSet = i32.select(
      hasAny(get64(c, 'mstatus'), MSTATUS.SUM),
      TLB_SET.supervisorUser,
      TLB_SET.supervisor,
    );
    put32(
      c,
      f,
      'dataTlb',
      i32.add(
        DATA_TLB,
        i32.mul(
          i32.select(
            i32.eq(mode, MODE.M),
            TLB_SET.machine,
            i32.select(i32.eq(mode, MODE.S), supervisorSet, TLB_SET.user),
          ),
          TLB_SET_SIZE,
        ),
      ),
    );
  });
  return { flushAll, flushTranslated, flushPage, flushFetch, selectSets, dataMode };
}
