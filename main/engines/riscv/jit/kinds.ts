/** How compiled code deals with an instruction: by its row's effects and operands, never by its name. */

import { effectsOf } from '../hart/record.ts';
import type { Decoded } from '../isa/decode.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { Ops } from '../isa/ops.ts';
import { INSTRUCTIONS } from '../isa/table.ts';

export type Kind =
  /** Compiled from its semantics. */
  | 'plain'
  /** The interpreter's cold function is called: it may trap or change how memory is translated, but mostly goes on. */
  | 'cold'
  /** Left to the interpreter, for what comes after it is a fresh look at everything. */
  | 'interpret'
  /** Ends a block. */
  | 'branch'
  | 'jump'
  | 'indirect';

type Effect = keyof Ops<unknown, unknown>;

const INTERPRETED: readonly Effect[] = [
  'ecall',
  'ebreak',
  'mret',
  'sret',
  'wfi',
  'pause',
  'fenceI',
  'sfenceVma',
  'sfenceOrder',
];
const COLD: readonly Effect[] = ['loadReserved', 'storeConditional', 'amo', 'cbo', 'csr', 'csrImmediate'];
/** Rounding mode fields from here on are reserved, but for the one that means frm (F extension, "Rounding Mode"). */
const FIRST_RESERVED_RM = 5;
const DYNAMIC_RM = 7;

export const EFFECTS: readonly ReadonlySet<Effect>[] = INSTRUCTIONS.map(effectsOf);
const KINDS: readonly Kind[] = INSTRUCTIONS.map((insn) => {
  const effects = effectsIn(insn);
  const any = (wanted: readonly Effect[]) => wanted.some((effect) => effects.has(effect));
  if (any(INTERPRETED)) return 'interpret';
  if (any(COLD)) return 'cold';
  if (effects.has('branch')) return 'branch';
  if (effects.has('jump')) return 'jump';
  if (effects.has('jumpTo')) return 'indirect';
  return 'plain';
});

function effectsIn(insn: Instruction): ReadonlySet<Effect> {
  return EFFECTS[insn.index] ?? new Set();
}

export function kindOf({ insn, rm }: Decoded): Kind {
  if (rm >= FIRST_RESERVED_RM && rm !== DYNAMIC_RM && insn.fields.has('rm')) return 'interpret';
  return KINDS[insn.index] ?? 'interpret';
}

/** Whether the row calls this member of `Ops`. */
export function uses(insn: Instruction, effect: Effect): boolean {
  return effectsIn(insn).has(effect);
}
