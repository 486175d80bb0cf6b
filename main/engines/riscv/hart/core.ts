/** Puts the generated hart together: one WebAssembly module, the same for every hart of every machine. */

import { defineFloat } from '../float/index.ts';
import { MSTATUS } from '../isa/csr.ts';
import type { FloatFormat } from '../isa/ops.ts';
import { INSTRUCTIONS } from '../isa/table.ts';
import { CSR_INDEX } from '../memory/layout.ts';
import { defineAccess } from '../mmu/access.ts';
import { declareContext, get32, get64, type HartContext, put32, put64 } from '../mmu/context.ts';
import { definePmpCheck } from '../mmu/pmp.ts';
import { defineTlb } from '../mmu/tlb.ts';
import { defineTranslate } from '../mmu/translate.ts';
import { defineMarkWritten } from '../mmu/written.ts';
import type { FunctionBuilder } from '../wasm/function.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { type FunctionRef, type I32, i32, i64 } from '../wasm/ops.ts';
import { defineCold, defineIllegal, type HartFunctions } from './cold.ts';
import { csrIndexTable, defineCsrs } from './csr.ts';
import { defineFetch } from './fetch.ts';
import { defineRun } from './loop.ts';
import { OP, OP_COUNT, opOf } from './record.ts';
import { defineTraps } from './trap.ts';
import { defineArithmetic } from './values.ts';

export interface Core {
  /** The module; see `instance.ts` for its imports and exports. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What belongs at CSR_INDEX in the shared memory. */
  readonly csrIndex: Uint8Array;
}

export function buildCore(): Core {
  const module = new ModuleBuilder();
  const c = declareContext(module);
  const pmpCheck = definePmpCheck(c);
  const markWritten = defineMarkWritten(c);
  const translate = defineTranslate(c, pmpCheck, markWritten);
  const tlb = defineTlb(c);
  const traps = defineTraps(c, tlb);
  const access = defineAccess(c, translate, pmpCheck, markWritten, tlb, traps.trap);
  const fetch = defineFetch(c, translate, pmpCheck, tlb, traps.trap);
  const csrs = defineCsrs(c, tlb, traps, CSR_INDEX);
  const float = defineFloat(module, raiseFlags(c), { flags: () => get32(c, 'fflags') });
  const arithmetic = defineArithmetic(c);
  const functions: HartFunctions = { tlb, access, traps, csrs, float, arithmetic };

  const illegal = defineIllegal(c, functions);
  const table: FunctionRef[] = new Array<FunctionRef>(OP_COUNT).fill(illegal);
  for (const insn of INSTRUCTIONS) {
    const cold = defineCold(c, functions, insn);
    table[opOf(insn)] = cold;
    table[opOf(insn) + 1] = cold;
  }
  table[OP.illegal] = illegal;
  const cold = module.setTable(table);
  module.exportTable('cold', cold);

  module.exportFunction('refill', access.refill);
  module.exportFunction('run', defineRun(c, functions, fetch, cold));
  for (const [name, ref] of Object.entries(arithmetic)) module.exportFunction(name, ref);
  for (const format of FLOAT_FORMATS) {
    for (const [op, ref] of Object.entries(float[format])) module.exportFunction(floatName(format, op), ref);
  }
  module.exportFunction('flushAll', tlb.flushAll);
  module.exportFunction('flushFetch', tlb.flushFetch);
  module.exportFunction('selectSets', tlb.selectSets);
  module.exportFunction('translate', translate);
  return { bytes: module.encode(), csrIndex: csrIndexTable(csrs.rows) };
}

const FLOAT_FORMATS = ['S', 'D'] as const;

/** The name under which compiled code finds a floating-point function. */
export function floatName(format: FloatFormat, op: string): string {
  return `${op}.${format}`;
}

/** Accrues floating-point exception flags; mstatus.FS becomes dirty where that changes fflags. */
function raiseFlags(c: HartContext): (f: FunctionBuilder, flags: I32) => void {
  const raise = c.module.define(['i32'], [], (f) => {
    const flags = f.let(i32.or(get32(c, 'fflags'), f.param('i32', 0)));
    f.if(i32.ne(flags, get32(c, 'fflags')), () => {
      put32(c, f, 'fflags', flags);
      put64(c, f, 'mstatus', i64.or(get64(c, 'mstatus'), MSTATUS.FS));
    });
  });
  return (f, flags) => f.call(raise, typeof flags === 'number' ? i32.const(flags) : flags);
}
