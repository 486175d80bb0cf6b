/** The real GDB attached to `inn debug gdb`. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { fail, finish, ProgramFolder, toolsMissing } from '../fixtures/bare-metal.ts';
import { Inn } from '../fixtures/console.ts';

const GDB = 'gdb-multiarch';
const PATIENCE = 120_000;
const missing =
  toolsMissing ??
  (spawnSync(GDB, ['--version']).status === 0 ? undefined : `${GDB} not found (Debian: apt install ${GDB})`);

const programs = new ProgramFolder();
afterAll(() => programs.remove());
beforeEach(({ skip }) => skip(missing !== undefined, missing));

let inn: Inn | undefined;
afterEach(async () => inn?.dispose());

/** Starts a machine for GDB; yields its port. */
async function serve(...args: string[]): Promise<string> {
  inn = Inn.launch(['debug', 'gdb', '--port', '0', ...args]);
  for (;;) {
    const port = /target remote :(\d+)/.exec(inn.errors)?.[1];
    if (port) return port;
    if (inn.child.exitCode !== null) throw new Error(inn.errors);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What GDB writes when it carries out `commands`. */
async function gdb(port: string, commands: readonly string[], program?: string): Promise<string> {
  const all = ['set pagination off', 'set confirm off', `target remote :${port}`, ...commands];
  const args = ['-nx', '-batch', ...(program ? [program] : []), ...all.flatMap((command) => ['-ex', command])];
  const { stdout, stderr } = await promisify(execFile)(GDB, args, { timeout: PATIENCE });
  return `${stdout}\n${stderr}`;
}

const COUNTER = [
  'li a0, 0',
  'li a1, 1000000',
  'loop: addi a0, a0, 1',
  'bne a0, a1, loop',
  'done: li t2, 7',
  ...finish(fail(5)),
];

test('breakpoints by name, registers, memory, steps and the exit status', async () => {
  const program = programs.elf('counter', COUNTER);
  const port = await serve('--bios', program, '--memory', '16M');
  const text = await gdb(
    port,
    [
      'p/x $pc',
      'x/i $pc',
      'break done',
      'continue',
      'p $a0',
      'p $priv',
      'p/x $misa & 0x100',
      'stepi',
      'p $t2',
      'set $a3 = 0x1234',
      'p/x $a3',
      'set {int}0x80001000 = 0x55aa',
      'x/wx 0x80001000',
      'p $fa0.double',
      'info threads',
      'delete',
      'continue',
    ],
    program,
  );
  expect(text).toMatch(/\$1 = 0x80000000/);
  expect(text).toMatch(/Breakpoint 1, done/);
  expect(text).toMatch(/\$2 = 1000000\n/);
  expect(text).toMatch(/\$3 = 3 /);
  expect(text).toMatch(/\$4 = 0x100\n/);
  expect(text).toMatch(/\$5 = 7\n/);
  expect(text).toMatch(/\$6 = 0x1234\n/);
  expect(text).toMatch(/0x80001000:\s+0x000055aa/);
  expect(text).toMatch(/Thread 1 \(hart 0/);
  expect(text).toMatch(/exited with code 05/);
  expect(await inn?.end(PATIENCE)).toEqual({ status: 5, signal: null });
});

test('two harts are two threads, and watched memory is found by stepping', async () => {
  const both = [
    'la t0, cell',
    'bnez a0, sleep',
    'li t1, 77',
    'nop',
    'sw t1, 0(t0)',
    'nop',
    'sleep: j sleep',
    '.balign 4',
    'cell: .word 0',
  ];
  const program = programs.elf('both', both);
  const port = await serve('--bios', program, '--memory', '16M', '--cores', '2');
  const commands = [
    'info threads',
    'set can-use-hw-watchpoints 0',
    'watch *(int*)&cell',
    'continue',
    'p *(int*)&cell',
    'thread 2',
    'p $a0',
    'kill',
  ];
  const text = await gdb(port, commands, program);
  expect(text).toMatch(/Thread 1 \(hart 0[\s\S]*Thread 2 \(hart 1/);
  expect(text).toMatch(/Old value = 0\s+New value = 77/);
  expect(text).toMatch(/\$2 = 1\n/);
  expect(await inn?.end(PATIENCE)).toEqual({ status: 0, signal: null });
});

test('Ctrl-C stops what runs; after a detach it runs on, and GDB may come back', async () => {
  const program = programs.elf('spin', ['li a0, 0', 'loop: addi a0, a0, 1', 'j loop']);
  const port = await serve('--bios', program, '--memory', '16M');
  const interrupt =
    'python import threading; threading.Timer(1, lambda: gdb.post_event(lambda: gdb.execute("interrupt"))).start()';
  const stopped = await gdb(port, [interrupt, 'continue', 'p $a0 > 1000', 'detach'], program);
  expect(stopped).toMatch(/received signal SIGINT/);
  expect(stopped).toMatch(/\$1 = 1\n/);
  const first = await gdb(port, ['p $a0', 'detach'], program);
  const second = await gdb(port, ['p $a0', 'kill'], program);
  const value = (text: string) => BigInt(/\$1 = (\d+)/.exec(text)?.[1] ?? -1);
  expect(value(second)).toBeGreaterThan(value(first));
  expect(await inn?.end(PATIENCE)).toEqual({ status: 0, signal: null });
});

test('a kernel is entered in S-mode, without translation', async () => {
  const port = await serve('--kernel', 'small', '--append', 'quiet');
  const text = await gdb(port, ['p/x $satp', 'p/x $pc', 'stepi', 'stepi', 'p $priv', 'kill']);
  expect(text).toMatch(/\$1 = 0x0\n/);
  expect(text).toMatch(/\$2 = 0x80200000\n/);
  expect(text).toMatch(/\$3 = 1 /);
});
