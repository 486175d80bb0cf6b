/** Programs on the bare machine, good and bad: none of them takes the process down, and each has its exit status. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fail, finish, PASS, ProgramFolder, RAM, RESET, toolsMissing, UART } from '../fixtures/bare-metal.ts';
import { Inn } from '../fixtures/console.ts';

const programs = new ProgramFolder();
beforeEach(({ skip }) => skip(toolsMissing !== undefined, toolsMissing));
afterAll(() => programs.remove());

let inn: Inn | undefined;
afterEach(async () => inn?.dispose());

/** Milliseconds for which a bad guest may do its worst. */
const WHILE = 2500;
const MiB = 1 << 20;

function launch(file: string, ...more: string[]): Inn {
  inn = Inn.launch(['try', '--bios', file, '--memory', '16M', ...more]);
  return inn;
}

/** Asks the process to end, as `kill` does, and yields its exit status. */
async function terminate(running: Inn): Promise<number | null> {
  running.child.kill('SIGTERM');
  return (await running.end(60_000)).status;
}

/** Waits until the process would hear a SIGTERM: on a busy computer that takes its time. Only Linux tells; elsewhere returns at once. */
async function listening(running: Inn): Promise<void> {
  const sigterm = 1n << BigInt(constants.signals.SIGTERM - 1);
  while (process.platform === 'linux' && running.child.exitCode === null) {
    const caught = /^SigCgt:\s+([0-9a-f]+)/m.exec(readFileSync(`/proc/${running.child.pid}/status`, 'utf8'))?.[1];
    if ((BigInt(`0x${caught ?? 0}`) & sigterm) !== 0n) return;
    await delay(50);
  }
}

/** Resident bytes of the process; Linux only. */
function residentSize(running: Inn): number {
  const status = readFileSync(`/proc/${running.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

describe('a program on the bare machine', () => {
  test.each([
    ['passes', PASS, 0],
    ['fails with 7', fail(7), 7],
    ['fails with 255', fail(255), 255],
    ['fails with more than a status can hold', fail(0x100), 255],
  ])('%s', async (name, value, status) => {
    const exit = await launch(programs.raw(name.replaceAll(' ', '-'), finish(value))).end();
    expect(exit).toEqual({ status, signal: null });
    expect(inn?.errors).toBe('');
  });

  test('as ELF file is entered where it says, in M-mode with its hart in a0', async () => {
    const entered = [
      'csrr t0, mhartid',
      'bne t0, a0, bad',
      'csrr t0, mscratch',
      ...finish(fail(9)),
      'bad:',
      ...finish(fail(1)),
    ];
    expect(await launch(programs.elf('entry', entered, RAM + 0x10_0000)).end()).toMatchObject({ status: 9 });
  });

  test('has the UART as its console, both ways', async () => {
    const echo = [
      'loop: call getchar',
      'addi a0, a0, 1',
      'call putchar',
      "li t2, 'z'",
      'bne a0, t2, loop',
      ...finish(PASS),
    ];
    const running = launch(programs.raw('echo', ['j loop', ...UART, ...echo]));
    running.type('GdkknVnqkc');
    await running.expect(/HelloWorld/);
    running.type('y');
    expect(await running.end()).toMatchObject({ status: 0 });
  });

  test('is started on all harts', async () => {
    // Each adds itself to a word in memory; the one that makes it three ends the machine.
    const count = ['la t0, word', 'li t1, 1', 'amoadd.w t1, t1, (t0)', 'li t2, 2', 'bne t1, t2, sleep'];
    const all = [...count, ...finish(fail(3)), 'sleep: wfi', 'j sleep', '.balign 4', 'word: .word 0'];
    expect(await launch(programs.raw('harts', all), '--cores', '3').end()).toMatchObject({ status: 3 });
  });

  test('may ask for a reset, and finds fresh memory', async () => {
    const source = [
      'la t2, word',
      'lw t3, 0(t2)',
      'bnez t3, dirty',
      'sw sp, 0(t2)',
      'li t3, 1',
      'sw t3, 0(t2)',
      "li a0, '>'",
      'call putchar',
      'call getchar',
      "li t1, 'r'",
      'beq a0, t1, again',
      ...finish(PASS),
      'again:',
      ...finish(RESET),
      'dirty:',
      ...finish(fail(1)),
      ...UART,
      '.balign 4',
      'word: .word 0',
    ];
    const running = launch(programs.raw('reset', source));
    await running.expect(/>/);
    running.type('r');
    await running.expect(/>/);
    running.type('x');
    expect(await running.end()).toMatchObject({ status: 0 });
  });
});

describe('a bad guest does not take the process down', () => {
  test.each([
    ['spins', ['1: j 1b']],
    ['sleeps for ever', ['csrw mie, zero', '1: wfi', 'j 1b']],
    // The trap vector is 0, where there is nothing either.
    ['jumps into nothing', ['li t0, 0x1000', 'jr t0']],
    ['executes what is no instruction', ['.word 0', '.word 0xffffffff']],
    ['traps within its trap handler', ['la t0, 1f', 'csrw mtvec, t0', '.balign 4', '1: .word 0']],
    ['jumps to an address beyond all memory', ['li t0, -2', 'jr t0']],
  ])('that %s', async (name, lines) => {
    const running = launch(programs.raw(name.replaceAll(' ', '-'), lines));
    await listening(running);
    await delay(WHILE);
    expect(running.child.exitCode).toBeNull();
    expect(await terminate(running)).toBe(143);
    expect(running.errors).toBe('');
  });

  test('that writes to and reads from every device', async () => {
    // A pseudo-random walk (xorshift) over the first 2 GiB, where all devices are, but for the finisher's page.
    const walk = [
      'la t0, next',
      'csrw mtvec, t0',
      'li s0, 88172645463325252',
      'li s4, 300000',
      'loop:',
      'slli t1, s0, 13',
      'xor s0, s0, t1',
      'srli t1, s0, 7',
      'xor s0, s0, t1',
      'slli t1, s0, 17',
      'xor s0, s0, t1',
      // One of the windows by two bits, an offset in it by the rest.
      'la t2, windows',
      'srli t1, s0, 60',
      'slli t1, t1, 3',
      'add t2, t2, t1',
      'lwu t3, 0(t2)',
      'lwu t4, 4(t2)',
      'and t1, s0, t4',
      'add t3, t3, t1',
      'srli t5, s0, 24',
      'andi t1, t5, 1',
      'beqz t1, 4f',
      'sw s0, 0(t3)',
      'j next',
      '4: lw t1, 0(t3)',
      '.balign 4',
      'next:',
      'addi s4, s4, -1',
      'bnez s4, loop',
      ...finish(PASS),
      '.balign 8',
      'windows:',
      ...[
        [0x10_1000, 0xffc],
        [0x200_0000, 0xfffc],
        [0xc00_0000, 0x3f_fffc],
        [0x1000_0000, 0xff],
        [0x1000_1000, 0x7ffc],
        [0x3000_0000, 0xf_fffc],
        [0x4000_0000, 0xf_fffc],
        [0x300_0000, 0xfffc],
        [0, 0xfffff],
        [0x1010_0000, 0x1f],
        [0x3000_8000, 0xfff],
        [0x3001_0000, 0xfff],
        [0x1000_1000, 0x1ff],
        [0x1000_2000, 0x1ff],
        [0x2000_0000, 0xffff],
        [0xc20_0000, 0xffff],
      ].map(([base, mask]) => `.word ${base}, ${mask}`),
    ];
    for (const transport of ['pci', 'mmio']) {
      const running = launch(programs.raw('walk', walk), '--transport', transport);
      expect(await running.end()).toEqual({ status: 0, signal: null });
      expect(running.errors).toBe('');
    }
  });

  test('that floods a console which nobody reads', async ({ skip }) => {
    skip(process.platform !== 'linux', 'the size of a process is read from /proc');
    const flood = ['li t0, 0x10000000', "li t1, 'x'", '1: sb t1, 0(t0)', 'j 1b'];
    inn = Inn.launch(['try', '--bios', programs.raw('flood', flood), '--memory', '16M'], { unread: true });
    await listening(inn);
    await delay(WHILE);
    const before = residentSize(inn);
    await delay(2 * WHILE);
    expect(residentSize(inn) - before).toBeLessThan(32 * MiB);
    expect(await terminate(inn)).toBe(143);
  });

  test('that floods a console which somebody reads', async () => {
    const flood = ['li t0, 0x10000000', "li t1, 'x'", '1: sb t1, 0(t0)', 'j 1b'];
    const running = launch(programs.raw('flood', flood));
    await running.expect(/x{500}/);
    expect(await terminate(running)).toBe(143);
  });

  test('that ends under a console which nobody reads any more', async () => {
    const talk = ['li t0, 0x10000000', "li t1, 'x'", '1: sb t1, 0(t0)', 'j 1b'];
    const running = launch(programs.raw('talk', talk));
    await running.expect(/x/);
    running.child.stdout?.destroy();
    expect(await running.end(60_000)).toMatchObject({ status: 141 });
  });
});
