// The BigInt reference against QEMU's user-mode emulator: result and fflags of every F and D computation in every
// rounding mode. programs/float.c, compiled here, executes the instructions.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompareResult, FloatResult, Format, RoundingMode } from '../../main/engines/riscv/oracle/float.ts';
import * as float from '../../main/engines/riscv/oracle/float.ts';
import { F32, F64, RM } from '../../main/engines/riscv/oracle/float.ts';
import type { Triple } from '../fixtures/float-arbitrary.ts';
import { floatTriple, intBits, narrowingBits } from '../fixtures/float-arbitrary.ts';

const COMPILER = 'riscv64-linux-gnu-gcc';
const EMULATOR = 'qemu-riscv64';
const OPERANDS = 2000;
const MODES: readonly RoundingMode[] = [RM.RNE, RM.RTZ, RM.RDN, RM.RUP, RM.RMM];

const missing = [COMPILER, EMULATOR].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
const skipReason =
  missing.length === 0
    ? undefined
    : `${missing.join(' and ')} not found (Debian: apt install gcc-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user)`;

if (skipReason !== undefined) console.warn(`SKIPPED float-vs-qemu: ${skipReason}`);

// ---- What each row of programs/float.c computes, said with the reference --------------------------------------------

/** A 64-bit register and fflags. */
interface Reply {
  readonly register: bigint;
  readonly flags: number;
}
interface Op {
  /** The name in programs/float.c. */
  readonly name: string;
  readonly operands: fc.Arbitrary<Triple>;
  /** How operands are put into registers: NaN-boxed when they are singles. */
  readonly boxed: boolean;
  readonly rounds: boolean;
  readonly reference: (t: Triple, rm: RoundingMode) => Reply;
}

const box = (bits: bigint): bigint => bits | 0xffffffff_00000000n;
const inRegister = (fmt: Format, { bits, flags }: FloatResult): Reply => ({
  register: fmt === F32 ? box(bits) : bits,
  flags,
});
const fromCompare = ({ value, flags }: CompareResult): Reply => ({ register: BigInt(value), flags });

const INTS = [
  { suffix: 'w', signed: true, width: 32 },
  { suffix: 'wu', signed: false, width: 32 },
  { suffix: 'l', signed: true, width: 64 },
  { suffix: 'lu', signed: false, width: 64 },
] as const;
const integers = intBits(64).map((a): Triple => ({ a, b: 0n, c: 0n }));

function opsOf(suffix: 's' | 'd', fmt: Format): Op[] {
  const row = (name: string, rounds: boolean, reference: Op['reference']): Op => ({
    name: `${name}_${suffix}`,
    operands: floatTriple(fmt),
    boxed: fmt === F32,
    rounds,
    reference,
  });
  const value = (name: string, f: (t: Triple, rm: RoundingMode) => FloatResult, rounds = true): Op =>
    row(name, rounds, (t, rm) => inRegister(fmt, f(t, rm)));
  const neg = (bits: bigint): bigint => bits ^ (1n << BigInt(fmt.width - 1));
  return [
    value('fadd', ({ a, b }, rm) => float.add(fmt, a, b, rm)),
    value('fsub', ({ a, b }, rm) => float.sub(fmt, a, b, rm)),
    value('fmul', ({ a, b }, rm) => float.mul(fmt, a, b, rm)),
    value('fdiv', ({ a, b }, rm) => float.div(fmt, a, b, rm)),
    value('fsqrt', ({ a }, rm) => float.sqrt(fmt, a, rm)),
    value('fmadd', ({ a, b, c }, rm) => float.fma(fmt, a, b, c, rm)),
    value('fmsub', ({ a, b, c }, rm) => float.fma(fmt, a, b, neg(c), rm)),
    value('fnmsub', ({ a, b, c }, rm) => float.fma(fmt, neg(a), b, c, rm)),
    value('fnmadd', ({ a, b, c }, rm) => float.fma(fmt, neg(a), b, neg(c), rm)),
    value('fmin', ({ a, b }) => float.min(fmt, a, b), false),
    value('fmax', ({ a, b }) => float.max(fmt, a, b), false),
    row('feq', false, ({ a, b }) => fromCompare(float.eq(fmt, a, b))),
    row('flt', false, ({ a, b }) => fromCompare(float.lt(fmt, a, b))),
    row('fle', false, ({ a, b }) => fromCompare(float.le(fmt, a, b))),
    row('fclass', false, ({ a }) => ({ register: BigInt(float.classify(fmt, a)), flags: 0 })),
    ...INTS.map((int) =>
      row(`fcvt_${int.suffix}`, true, ({ a }, rm) => {
        const { bits, flags } = float.toInt(fmt, a, rm, int);
        return { register: BigInt.asUintN(64, BigInt.asIntN(int.width, bits)), flags };
      }),
    ),
    ...INTS.map(
      (int): Op => ({
        name: `fcvt_${suffix}_${int.suffix}`,
        operands: integers,
        boxed: false,
        rounds: true,
        reference: ({ a }, rm) => inRegister(fmt, float.fromInt(fmt, a, int, rm)),
      }),
    ),
  ];
}

const OPS: readonly Op[] = [
  ...opsOf('s', F32),
  ...opsOf('d', F64),
  {
    name: 'fcvt_s_d',
    operands: fc.oneof(
      floatTriple(F64),
      narrowingBits().map((a): Triple => ({ a, b: 0n, c: 0n })),
    ),
    boxed: false,
    rounds: true,
    reference: ({ a }, rm) => inRegister(F32, float.convert(F64, F32, a, rm)),
  },
  {
    name: 'fcvt_d_s',
    operands: floatTriple(F32),
    boxed: true,
    rounds: true,
    reference: ({ a }, rm) => inRegister(F64, float.convert(F32, F64, a, rm)),
  },
];

// ---- Running programs/float.c ----------------------------------------------------------------------------------------

const REQUEST_BYTES = 32;
const REPLY_BYTES = 16;

interface Case extends Triple {
  readonly rm: RoundingMode;
}

describe.skipIf(skipReason !== undefined)(`float reference against QEMU${skipReason ? `: ${skipReason}` : ''}`, () => {
  let folder = '';
  let program = '';
  let rows: string[] = [];

  function emulate(args: string[], input: Uint8Array): Buffer {
    const run = spawnSync(EMULATOR, [program, ...args], { input, maxBuffer: 64 * 2 ** 20, timeout: 60_000 });
    if (run.status !== 0) throw new Error(`${EMULATOR} ended with ${run.status ?? run.signal}: ${run.stderr}`);
    return run.stdout;
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inn-float-'));
    program = join(folder, 'float');
    const source = fileURLToPath(new URL('programs/float.c', import.meta.url));
    const flags = ['-O2', '-static', '-march=rv64gc', '-Wall', '-Wextra', '-Werror'];
    const build = spawnSync(COMPILER, [...flags, source, '-o', program], { encoding: 'utf8' });
    if (build.status !== 0) throw new Error(`programs/float.c does not compile:\n${build.stderr}`);
    rows = emulate(['list'], new Uint8Array()).toString().trim().split('\n');
  }, 120_000);

  afterAll(() => {
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  test('this file and programs/float.c know the same operations', () => {
    expect(OPS.map((op) => op.name).sort()).toEqual([...rows].sort());
  });

  test.each(OPS.map((op) => [op.name, op] as const))(
    '%s',
    (name, op) => {
      const triples = fc.sample(op.operands, { seed: 0x1eee754 ^ rows.indexOf(name), numRuns: OPERANDS });
      const cases = triples.flatMap((t): Case[] => (op.rounds ? MODES : [RM.RNE]).map((rm) => ({ ...t, rm })));

      const requests = Buffer.alloc(cases.length * REQUEST_BYTES);
      cases.forEach(({ rm, a, b, c }, i) => {
        const at = i * REQUEST_BYTES;
        requests.writeUInt32LE(rows.indexOf(name), at);
        requests.writeUInt32LE(rm, at + 4);
        for (const [k, v] of [a, b, c].entries()) requests.writeBigUInt64LE(op.boxed ? box(v) : v, at + 8 + 8 * k);
      });
      const replies = emulate([], requests);
      expect(replies.length).toBe(cases.length * REPLY_BYTES);

      const show = ({ register, flags }: Reply): string => `0x${register.toString(16)} fflags ${flags}`;
      const differences = cases.flatMap(({ rm, ...t }, i) => {
        const at = i * REPLY_BYTES;
        const qemu = { register: replies.readBigUInt64LE(at), flags: Number(replies.readBigUInt64LE(at + 8)) };
        const reference = op.reference(t, rm);
        if (show(qemu) === show(reference)) return [];
        const operands = [t.a, t.b, t.c].map((v) => `0x${v.toString(16)}`).join(' ');
        return [`${name} rm=${rm} ${operands}: reference ${show(reference)}, QEMU ${show(qemu)}`];
      });
      // The first few tell the story; the count says how far it reaches.
      expect({ count: differences.length, first: differences.slice(0, 5) }).toEqual({ count: 0, first: [] });
    },
    60_000,
  );
});
