/** Whether this host's WebAssembly multiplies and adds with one rounding. */
import { ModuleBuilder } from '../wasm/module.ts';
import { f64 } from '../wasm/ops.ts';

let known: boolean | undefined;

/**
 * True if f64x2.relaxed_madd rounds once, as FMADD.D wants it. Where it rounds twice, or is missing, multiply-adds call the
 * exact code. Tried out once in each thread.
 */
export function hasFusedMadd(): boolean {
  known ??= tryOut();
  return known;
}

function tryOut(): boolean {
  const module = new ModuleBuilder();
  const madd = module.define(['f64', 'f64', 'f64'], ['f64'], (f) => {
    f.result(f64.relaxedMadd(f.param('f64', 0), f.param('f64', 1), f.param('f64', 2)));
  });
  module.exportFunction('madd', madd);
  const bytes = module.encode();
  if (!WebAssembly.validate(bytes)) return false;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  // What the product loses when it is rounded is all that is left
  const x = 1 + 2 ** -30;
  return (exports.madd as (a: number, b: number, c: number) => number)(x, x, -(x * x)) === 2 ** -60;
}
