/** `inn debug`: for people who work on the emulator, or on what runs in it. */
import { InnError } from '../../shared/base/errors.ts';
import { serveGdb } from '../engines/riscv/debug/gdb/server.ts';
import { listFile } from '../engines/riscv/debug/listing.ts';
import { DebugMachine } from '../engines/riscv/debug/machine.ts';
import { trace } from '../engines/riscv/debug/trace.ts';
import { readProgramFile } from '../engines/riscv/engine/boot-files.ts';
import { openBoot } from './boot-files.ts';
import { hostMemory } from './host.ts';
import { printProgress } from './progress.ts';
import { EXIT_STATUS, statusOfFinisher } from './report.ts';
import { Terminal } from './terminal.ts';
import { readTryOptions, type TryWords } from './try-options.ts';

export interface DisassembleWords {
  readonly address?: string;
  readonly from?: string;
  readonly count?: string;
}

export interface TraceWords extends TryWords {
  readonly skip: string;
  readonly break?: string;
  readonly count: string;
}

export interface GdbWords extends TryWords {
  readonly port: string;
}

/** Lines written at once. */
const LINES_AT_ONCE = 1000;

export async function runDisassemble(file: string, words: DisassembleWords): Promise<number> {
  const options = {
    ...(words.address !== undefined && { base: readAddress('address', words.address) }),
    ...(words.from !== undefined && { from: readAddress('from', words.from) }),
    ...(words.count !== undefined && { count: readCount('count', words.count) }),
  };
  const { bytes } = await readProgramFile(file, 'program');
  const out = lineWriter();
  for (const line of listFile(bytes, file, options)) {
    out.line(line);
    if (out.isFull()) await out.flush();
    if (out.isClosed()) break;
  }
  await out.flush();
  return EXIT_STATUS.success;
}

export async function runTrace(words: TraceWords): Promise<number> {
  const skip = readCount('skip', words.skip);
  const count = readCount('count', words.count);
  const from = words.break === undefined ? undefined : readAddress('break', words.break);
  const machine = await openDebugMachine(words, (bytes, taken) => {
    // Standard output is the trace's.
    process.stderr.write(bytes, () => taken());
  });
  const out = lineWriter();
  let written = 0;
  const line = (text: string) => {
    written += 1;
    out.line(text);
  };
  const stop = await trace(machine, { skip, from, count }, line, async () => {
    await out.flush();
    if (out.isClosed()) process.exit(EXIT_STATUS.success);
    await new Promise((resolve) => setImmediate(resolve));
  });
  await out.flush();
  if (stop !== undefined && written === 0) {
    process.stderr.write(`inn: the machine ended after ${machine.executed} instructions, before any to write\n`);
  }
  return stop?.kind === 'powered-off' ? statusOfFinisher(stop.code) : EXIT_STATUS.success;
}

export async function runGdb(words: GdbWords): Promise<number> {
  const port = /^\d{1,5}$/.test(words.port) ? Number(words.port) : Number.NaN;
  if (!(port <= 65535)) throw invalid('port', words.port, 'Use a number from 0 to 65535.');
  const terminal = new Terminal();
  const machine = await openDebugMachine(words, (bytes, taken) => terminal.write(bytes, taken));
  const say = (text: string) => process.stderr.write(`inn: ${text}\r\n`);
  const server = await serveGdb({ machine, port, say });
  say(`waits for GDB: gdb-multiarch -ex 'target remote :${server.port}'. Ctrl-] ends it.`);
  const leave = new Promise<number>((resolve) => {
    terminal.open({
      onInput: (bytes) => {
        if (terminal.interactive && bytes.includes(MENU_KEY)) resolve(EXIT_STATUS.success);
        else machine.input(bytes);
      },
      onResize: (columns, rows) => machine.resize(columns, rows),
      onOutputClosed: () => resolve(EXIT_STATUS.success),
    });
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const)
      process.on(signal, () => resolve(EXIT_STATUS.success));
  });
  try {
    const end = server.ended.then((how) => (how.kind === 'powered-off' ? statusOfFinisher(how.code) : 0));
    return await Promise.race([end, leave]);
  } finally {
    server.close();
    await terminal.flush();
    terminal.restore();
  }
}

/** Ctrl-]. */
const MENU_KEY = 0x1d;

async function openDebugMachine(
  words: TryWords,
  onOutput: (bytes: Uint8Array, taken: () => void) => void,
): Promise<DebugMachine> {
  const options = readTryOptions(words, { memory: hostMemory() });
  const progress = printProgress((text) => process.stderr.write(text), process.stderr.isTTY === true);
  const boot = await openBoot(options, progress.show).finally(progress.end);
  return new DebugMachine({
    harts: options.cores,
    ramSize: options.memory,
    clock: options.clock,
    files: await boot.loadFiles(),
    bootArguments: boot.bootArguments,
    transport: options.transport,
    console: boot.console,
    onOutput,
  });
}

/** Writes lines to stdout in large pieces, no faster than they are read. */
function lineWriter() {
  let lines: string[] = [];
  let closed = false;
  process.stdout.on('error', () => {
    closed = true;
  });
  return {
    line: (text: string) => void lines.push(text),
    isFull: () => lines.length >= LINES_AT_ONCE,
    isClosed: () => closed,
    async flush() {
      if (lines.length === 0 || closed) return;
      const text = `${lines.join('\n')}\n`;
      lines = [];
      await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
    },
  };
}

/** An address as people write it: hexadecimal with or without 0x, apart by underscores if they like. */
export function readAddress(option: string, text: string): bigint {
  const digits = /^(?:0x)?([0-9a-f_]{1,20})$/i.exec(text)?.[1]?.replaceAll('_', '');
  if (!digits || digits.length > 16) throw invalid(option, text, 'Use a hexadecimal address, such as 0x80200000.');
  return BigInt(`0x${digits}`);
}

export function readCount(option: string, text: string): number {
  const digits = text.replaceAll('_', '');
  const count = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw invalid(option, text, 'Use a whole number, such as 1000 or 1_000_000.');
  return count;
}

function invalid(option: string, text: string, nextStep: string): InnError {
  return new InnError(`--${option} cannot be "${text}"`, { code: `invalid-${option}`, nextStep });
}
