/**
 * The agreement between the interpreter and compiled code.
 *
 * A region is a WebAssembly function made from code of one page. The interpreter calls it where a jump finds it in
 * the heat of the target. It may run up to `fuel` instructions, with registers in locals, and leaves with the register
 * files, STATE.fuel, STATE.slot and STATE.pagePc up to date. A region may call another in place of returning.
 */
import type { ModuleBuilder } from '../wasm/module.ts';
import type { ValueType } from '../wasm/ops.ts';

/** Parameters: fuel, the address of the data TLB set in use, that of the page's slot, the virtual address of the page. */
export const REGION_PARAMS: readonly ValueType[] = ['i32', 'i32', 'i32', 'i64'];
/**
 * An even result is the address to go on at. An odd one is in the page of STATE.slot and 1 too large: the interpreter has to
 * execute that instruction itself, so that something happens. RESYNC: STATE.pc says where, and everything is looked at anew. It
 * is 1 too large for no instruction: no paging mode maps that address, nor is there RAM.
 */
export const REGION_RESULTS: readonly ValueType[] = ['i64'];
export const RESYNC = (1n << 62n) | 1n;

export function regionType(module: ModuleBuilder): number {
  return module.typeIndex(REGION_PARAMS, REGION_RESULTS);
}
