// Runs every row against a back end that only watches: does the row keep the rules that `Ops` states?
import { describe, expect, test } from 'vitest';
import type { FieldName } from './encoding.ts';
import type { Instruction } from './instruction.ts';
import type { Ops } from './ops.ts';
import { INSTRUCTIONS } from './table.ts';

interface Value {
  /** What may be repeated for free: constants, operand fields, bound values. */
  readonly reusable: boolean;
  used: boolean;
  readonly from: string;
}

interface Watch {
  readonly problems: string[];
  readonly fieldsUsed: Set<string>;
  effects: number;
}

const MAY_TRAP = new Set([
  ...['load', 'store', 'loadReserved', 'storeConditional', 'amo', 'cbo', 'fence', 'fenceI', 'rm', 'ecall', 'ebreak'],
  ...['mret', 'sret', 'wfi', 'pause', 'sfenceVma', 'sfenceOrder', 'csr', 'csrImmediate'],
]);
const WRITES_REGISTER = new Set(['setX', 'setF64', 'setF32']);
const CONTROL = new Set(['branch', 'jump', 'jumpTo']);
const EFFECTS = new Set([...MAY_TRAP, ...WRITES_REGISTER, ...CONTROL].filter((operation) => operation !== 'rm'));

function watch(insn: Instruction): Watch {
  const result: Watch = { problems: [], fieldsUsed: new Set(), effects: 0 };
  const pending: Value[] = [];
  let wrote = false;
  let jumped = false;

  const make = (reusable: boolean, from: string): Value => {
    const value = { reusable, used: false, from };
    if (!reusable) pending.push(value);
    return value;
  };
  const use = (argument: unknown): void => {
    if (Array.isArray(argument)) argument.forEach(use);
    if (typeof argument !== 'object' || argument === null || !('reusable' in argument)) return;
    const value = argument as Value;
    if (value.used && !value.reusable) result.problems.push(`uses ${value.from} twice without let`);
    value.used = true;
  };
  const call = (operation: string, args: readonly unknown[]): unknown => {
    args.forEach(use);
    if (wrote && MAY_TRAP.has(operation)) result.problems.push(`${operation} may trap after a register was written`);
    if (jumped) result.problems.push(`${operation} after a jump`);
    if (EFFECTS.has(operation)) result.effects++;
    wrote ||= WRITES_REGISTER.has(operation);
    jumped ||= CONTROL.has(operation);
    return make(operation === 'let' || operation === 'k', operation);
  };

  const ops = new Proxy({} as Ops<unknown, string>, {
    get:
      (_, operation: string) =>
      (...args: unknown[]) =>
        call(operation, args),
  });
  const fields = new Proxy({} as Parameters<Instruction['exec']>[1], {
    get: (_, field: string) => {
      if (!insn.fields.has(field as FieldName)) result.problems.push(`uses ${field}, which the encoding lacks`);
      result.fieldsUsed.add(field);
      return /^(imm|uimm|csr|rm)$/.test(field) ? make(true, field) : field;
    },
  });
  insn.exec(ops, fields as never);

  for (const value of pending) {
    if (!value.used && !EFFECTS.has(value.from)) result.problems.push(`computes ${value.from} for nothing`);
  }
  return result;
}

describe('every row', () => {
  test.each(INSTRUCTIONS.map((insn) => [insn.name, insn] as const))('%s keeps the rules of Ops', (_, insn) => {
    const { problems, effects } = watch(insn);
    expect(problems).toEqual([]);
    expect(effects).toBeGreaterThan(0);
  });

  test('uses all operands that its encoding names, but for those reserved in fences', () => {
    const unused = INSTRUCTIONS.flatMap((insn) => {
      const { fieldsUsed } = watch(insn);
      return [...insn.fields].filter((field) => !fieldsUsed.has(field)).map((field) => `${insn.name} ${field}`);
    });
    expect(unused.sort()).toEqual(['fence rd', 'fence rs1', 'fence.i imm', 'fence.i rd', 'fence.i rs1']);
  });
});

describe('the watching back end', () => {
  const bad = (exec: Instruction['exec']): readonly string[] => {
    const [addi] = INSTRUCTIONS.filter(({ name }) => name === 'addi');
    if (addi === undefined) throw new Error('addi exists');
    return watch({ ...addi, exec }).problems;
  };

  test('sees a value used twice', () => {
    expect(
      bad((o, f) => {
        const a = o.x(f.rs1);
        o.setX(f.rd, o.add(a, a));
      }),
    ).toEqual(['uses x twice without let']);
  });

  test('sees a trap after a write', () => {
    expect(
      bad((o, f) => {
        o.setX(f.rd, f.imm);
        o.store(8, f.imm, o.x(f.rs1));
      }),
    ).toEqual(['store may trap after a register was written']);
  });

  test('sees an operand that the encoding lacks', () => {
    expect(bad((o, f) => o.setX(f.rd, o.x(f.rs2)))).toEqual(['uses rs2, which the encoding lacks']);
  });
});
