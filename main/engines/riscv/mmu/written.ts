/** What guest RAM that a hart writes leaves in the state byte of its page. */
import { PAGE_SHIFT, RAM_GPA } from '../memory/layout.ts';
import { PAGE_STATE } from '../memory/page-state.ts';
import { type FunctionRef, i32, i64 } from '../wasm/ops.ts';
import type { HartContext } from './context.ts';

/** markWritten(physical i64): to be called before a hart writes that page of RAM, unless a write-TLB entry leads there. */
export function defineMarkWritten({ module, pageState }: HartContext): FunctionRef {
  return module.define(['i64'], [], (f) => {
    const page = i64.shrU(i64.sub(f.param('i64', 0), BigInt(RAM_GPA)), BigInt(PAGE_SHIFT));
    const state = f.let(i32.add(pageState, i32.wrap(page)));
    f.if(i32.ne(i32.load8U(state), PAGE_STATE.dirty), () => {
      f.drop(i32.atomicOr8(state, PAGE_STATE.dirty));
      f.drop(i32.atomicAnd8(state, 0xff & ~PAGE_STATE.code));
    });
  });
}
