/** `inn try`: a machine in the current terminal, until it ends. */
import os from 'node:os';
import { formatBytes } from '../../shared/base/units.ts';
import { Machine, type MachineEnd } from '../engines/riscv/threads/machine.ts';
import { openBoot } from './boot-files.ts';
import { ConsoleSession } from './console-session.ts';
import { hostMemory } from './host.ts';
import { printProgress } from './progress.ts';
import { EXIT_STATUS, statusOfFinisher } from './report.ts';
import { Terminal } from './terminal.ts';
import { readTryOptions, type TryWords } from './try-options.ts';

/** Signals that end us; the terminal is put in order and the machine's threads are ended first. */
const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/** Runs until the machine has ended; returns the exit status. Throws an `InnError` if it cannot start. */
export async function runTry(words: TryWords): Promise<number> {
  const options = readTryOptions(words, { memory: hostMemory() });
  const progress = printProgress((text) => process.stderr.write(text), process.stderr.isTTY === true);
  const boot = await openBoot(options, progress.show, (text) => process.stderr.write(`inn: ${text}\n`)).finally(
    progress.end,
  );

  const terminal = new Terminal();
  let status: number | undefined;
  let failed: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  const session = new ConsoleSession({
    terminal,
    menu: terminal.interactive,
    say: (text) => process.stderr.write(text),
    onError: failed,
  });
  if (terminal.interactive) {
    const cores = options.cores === 1 ? '1 core' : `${options.cores} cores`;
    process.stderr.write(`inn: ${boot.title}, ${cores}, ${formatBytes(options.memory)}. Ctrl-] opens a menu.\n`);
  }
  const machine = await Machine.start({
    harts: options.cores,
    ramSize: options.memory,
    clock: options.clock,
    jit: options.jit,
    loadFiles: boot.loadFiles,
    bootArguments: boot.bootArguments,
    transport: options.transport,
    console: boot.console,
    onOutput: (_console, bytes, taken) => session.output(bytes, taken),
  });
  const endWith = (exitStatus: number) => {
    status ??= exitStatus;
    machine.powerOff().catch(failed);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, () => endWith(128 + os.constants.signals[signal]));
  try {
    terminal.open({
      onInput: (bytes) => session.typed(bytes),
      onResize: (columns, rows) => machine.resize(boot.console, columns, rows),
      onOutputClosed: () => endWith(128 + os.constants.signals.SIGPIPE),
    });
    session.attach({
      input: (bytes) => machine.input(boot.console, bytes),
      inputRoom: () => machine.inputRoom(boot.console),
      pause: () => machine.pause(),
      resume: () => machine.resume(),
      reset: () => machine.reset(),
      powerOff: () => machine.powerOff(),
      statistics: () => machine.statistics(),
    });
    const end = await Promise.race([machine.ended, failure]);
    session.detach();
    // Whoever ends us by a signal does not want to wait for a reader who may never come.
    if (status === undefined) await terminal.flush();
    terminal.restore();
    return status ?? statusOfEnd(end);
  } finally {
    terminal.restore();
  }
}

function statusOfEnd(end: MachineEnd): number {
  if (end.kind === 'powered-off') return statusOfFinisher(end.code);
  process.stderr.write(`error machine-aborted: The emulator failed, and this machine has ended\n${end.report}`);
  return EXIT_STATUS.software;
}
