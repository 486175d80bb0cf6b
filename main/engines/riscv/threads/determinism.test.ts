// With time counted in instructions, runs with the same input are the same run: whatever the host does meanwhile.
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type BareMachine,
  type BareOptions,
  compileBare,
  compilerMissing,
  startBare,
} from '../../../../tests/fixtures/bare-program.ts';
import type { Checkpoint, RecordedInput } from './messages.ts';

/** Computes, writes all over memory, sleeps for timers, reads clocks, echoes; "w" waits for input asleep, "q" ends. */
const PROGRAM = `#include "bare.h"
  #define PLIC(offset) ((volatile uint32_t *)(0xc000000 + (offset)))
  #define MTIMECMP ((volatile uint64_t *)0x2004000)
  #define RTC ((volatile uint32_t *)0x101000)
  #define UART_IRQ 10
  static uint8_t memory[1 << 20];

  static void sleep_for(uint64_t enabled) {
    uint64_t pending;
    asm volatile("csrw mie, %0" : : "r"(enabled));
    do asm volatile("wfi\\n csrr %0, mip" : "=r"(pending) : : "memory"); while (!(pending & enabled));
  }

  void enter(uint64_t hart, uint64_t opaque) {
    uint64_t x = 88172645463325252ul;
    PLIC(4 * UART_IRQ)[0] = 1;
    PLIC(0x2000)[0] = 1 << UART_IRQ;
    print("ready\\n");
    for (uint64_t i = 0;; i++) {
      for (int j = 0; j < 5000; j++) {
        x ^= x << 13; x ^= x >> 7; x ^= x << 17;
        memory[x % sizeof(memory)] += x >> 56;
      }
      if (i % 16 == 0) {
        MTIMECMP[0] = ticks() + 3000 + x % 1000;
        sleep_for(1 << 7);
        MTIMECMP[0] = -1ul;
        print_number(RTC[0]); print(" "); print_number(x >> 40); print("\\n");
      }
      while (UART[5] & 1) {
        uint8_t byte = *UART;
        x += byte;
        *UART = byte;
        if (byte == 'q') finish(0);
        if (byte != 'w') continue;
        UART[1] = 1;
        print("waiting\\n");
        sleep_for(1 << 11);
        uint32_t source = PLIC(0x200004)[0];
        check(source == UART_IRQ && UART[5] & 1);
        UART[1] = 0;
        PLIC(0x200004)[0] = source;
      }
    }
  }`;

interface Run {
  readonly output: string;
  readonly checkpoints: Checkpoint[];
  readonly inputs: RecordedInput[];
}

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.skipIf(compilerMissing !== undefined)(`repeated runs${compilerMissing ? `: ${compilerMissing}` : ''}`, () => {
  let program: Uint8Array;
  let first: Run;
  beforeAll(async () => {
    program = compileBare({ source: PROGRAM }, { HARTS: 1, SCALE: 1, MILLISECONDS: 1 });
    first = await runOnce({}, typeAndPause);
  }, 60_000);

  async function runOnce(
    options: Partial<BareOptions>,
    act: (bare: BareMachine, checkpoints: readonly Checkpoint[]) => Promise<void> = async () => {},
  ): Promise<Run> {
    const checkpoints: Checkpoint[] = [];
    const inputs: RecordedInput[] = [];
    const bare = await startBare(program, {
      harts: 1,
      clock: 'instructions',
      onCheckpoint: (checkpoint) => checkpoints.push(checkpoint),
      onInputTaken: (input) => inputs.push(input),
      ...options,
    });
    const acting = act(bare, checkpoints);
    expect(await bare.machine.ended).toEqual({ kind: 'powered-off', code: 0 });
    await acting;
    return { output: bare.text(), checkpoints, inputs };
  }

  /** What a user and an owner do, at times that are never the same. */
  async function typeAndPause({ machine, text }: BareMachine, checkpoints: readonly Checkpoint[]): Promise<void> {
    const until = async (words: string) => {
      while (!text().includes(words)) await delay(1);
    };
    await until('ready');
    machine.resize('hvc0', 100, 30);
    for (const typed of ['abc', 'd', 'efgh']) {
      await delay(30);
      machine.input('ttyS0', Buffer.from(typed));
    }
    await machine.pause();
    await delay(20);
    machine.resume();
    machine.input('ttyS0', Buffer.from('w'));
    await until('waiting');
    // The hart is idle, and no reason to wake but input may be noticed
    for (let i = 0; i < 5; i++) {
      await machine.pause();
      machine.resume();
      await delay(3);
    }
    machine.input('ttyS0', Buffer.from('x'));
    const enough = checkpoints.length + 10;
    while (checkpoints.length < enough) await delay(1);
    machine.input('ttyS0', Buffer.from('q'));
  }

  const expectSame = (run: Run) => {
    expect(run.checkpoints).toEqual(first.checkpoints);
    expect(run.output).toBe(first.output);
    expect(run.inputs).toEqual(first.inputs);
  };

  test('there is a checkpoint at every million instructions, and each is another', () => {
    expect(first.checkpoints.length).toBeGreaterThanOrEqual(10);
    expect(first.checkpoints.map(({ steps }) => steps)).toEqual(first.checkpoints.map((_, i) => (i + 1) * 1_000_000));
    expect(new Set(first.checkpoints.map(({ digest }) => digest)).size).toBe(first.checkpoints.length);
    expect(first.inputs.filter(({ kind }) => kind === 'resize')).toHaveLength(1);
  });

  test('the same input gives the same run', async () => {
    expectSame(await runOnce({ replay: first.inputs }));
  });

  test('so it does with pauses, input that is not of the record, and a host that is slow to take output', async () => {
    const disturb = async ({ machine }: BareMachine) => {
      for (let i = 0; i < 20; i++) {
        machine.input('ttyS0', Buffer.from('z'));
        machine.resize('hvc0', i, i);
        await machine.pause();
        await delay(i % 4);
        machine.resume();
        await delay(1);
      }
    };
    const onOutputTaken = (taken: () => void) => {
      setTimeout(taken, 100);
    };
    expectSame(await runOnce({ replay: first.inputs, onOutputTaken }, disturb));
  });

  test('input at another time gives another run', async () => {
    const [one, ...others] = first.inputs;
    if (!one) throw new Error('nothing was recorded');
    const late = first.inputs.findIndex(({ kind }) => kind === 'input');
    const shifted = first.inputs.map((input, i) => (i === late ? { ...input, at: input.at + 2_000_000 } : input));
    expect(others.length).toBeGreaterThan(0);
    const run = await runOnce({ replay: shifted.toSorted((a, b) => a.at - b.at) });
    expect(run.checkpoints.slice(0, first.checkpoints.length)).not.toEqual(
      first.checkpoints.slice(0, run.checkpoints.length),
    );
  });
});
