/** A line for each instruction that a hart executes, and what it changed. */
import type { Hart } from '../hart/instance.ts';
import { MODE } from '../isa/csr.ts';
import { lengthOf } from '../isa/decode.ts';
import { F_NAMES, X_NAMES } from '../isa/registers.ts';
import { readMemory } from './address-space.ts';
import { instructionLine } from './listing.ts';
import type { DebugMachine, Stop } from './machine.ts';

export interface TraceOptions {
  /** Instructions of the machine to let pass unseen first. */
  readonly skip: number;
  /** An address to run to then; the trace begins there. */
  readonly from: bigint | undefined;
  /** Instructions to show. */
  readonly count: number;
}

const MODE_LETTERS = new Map<number, string>([
  [MODE.U, 'U'],
  [MODE.S, 'S'],
  [MODE.M, 'M'],
]);
/** Beside the registers: what traps and returns change. */
const WATCHED = ['sepc', 'scause', 'stval', 'mepc', 'mcause', 'mtval', 'satp'] as const;
/** Instructions between looks at whether the machine has stopped. */
const BATCH = 1_000_000;
const LONGEST_INSTRUCTION = 4;

/**
 * Writes the trace line by line; `pause` is awaited now and then, so that the caller may write it out. Harts take turns,
 * one instruction each. Returns why it ended early, or undefined.
 */
export async function trace(
  machine: DebugMachine,
  options: TraceOptions,
  line: (text: string) => void,
  pause: () => Promise<void>,
): Promise<Stop | undefined> {
  const target = machine.executed + options.skip;
  while (machine.executed < target) {
    const result = machine.run(Math.min(BATCH, Math.ceil((target - machine.executed) / machine.harts.length)), false);
    if (typeof result === 'object') return result;
    await pause();
  }
  if (options.from !== undefined) {
    machine.breakpoints.add(options.from);
    for (;;) {
      const result = machine.run(BATCH, false);
      if (typeof result === 'object') {
        if (result.kind !== 'breakpoint') return result;
        break;
      }
      await pause();
    }
    machine.breakpoints.delete(options.from);
  }
  let shown = 0;
  while (shown < options.count) {
    for (const hart of machine.harts) {
      if (!machine.isStarted(hart.index) || shown >= options.count) continue;
      const stop = traceOne(machine, hart, line);
      shown += 1;
      if (stop.kind !== 'step') return stop;
    }
    if (shown % 1000 === 0) await pause();
  }
  return undefined;
}

/** Executes one instruction of `hart` and writes its line. */
function traceOne(machine: DebugMachine, hart: Hart, line: (text: string) => void): Stop {
  const pc = BigInt.asUintN(64, hart.get('pc'));
  const bytes = readMemory(hart, machine.ram, pc, LONGEST_INSTRUCTION);
  const before = snapshot(hart);
  const mode = MODE_LETTERS.get(hart.get32('mode')) ?? '?';
  const stop = machine.step(hart.index);
  const prefix = machine.harts.length > 1 ? `${hart.index} ` : '';
  const changes = changesOf(before, snapshot(hart));
  const text = `${prefix}${mode} ${wordLine(bytes, pc)}`;
  line(changes === '' ? text : `${text.padEnd(64)}  # ${changes}`);
  return stop;
}

function wordLine(bytes: Uint8Array, pc: bigint): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 2) return `${pc.toString(16)}:  not readable`;
  const half = view.getUint16(0, true);
  if (lengthOf(half) === 2 || bytes.length < LONGEST_INSTRUCTION) return instructionLine(half, pc);
  return instructionLine(view.getUint32(0, true), pc);
}

function snapshot(hart: Hart): Map<string, bigint> {
  const values = new Map<string, bigint>();
  X_NAMES.forEach((name, i) => void values.set(name, hart.x(i)));
  F_NAMES.forEach((name, i) => void values.set(name, hart.f(i)));
  for (const name of WATCHED) values.set(name, hart.get(name));
  return values;
}

/** `a0=0x1 sp=0x80001000` */
function changesOf(before: ReadonlyMap<string, bigint>, after: ReadonlyMap<string, bigint>): string {
  return [...after]
    .filter(([name, value]) => before.get(name) !== value)
    .map(([name, value]) => `${name}=0x${BigInt.asUintN(64, value).toString(16)}`)
    .join(' ');
}
