/** Checks of the computer and of the program that runs Innkeeper. */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { formatBytes, GiB, MiB } from '../../../shared/base/units.ts';
import { MINIMUM_MEMORY } from '../../../shared/contract/limits.ts';
import { totalMemory } from '../status/host-status.ts';
import { type Finding, failed, ok, warning } from './report.ts';

/** Pages of 64 KiB that a machine with 1 GiB of memory reserves. */
const RESERVED_PAGES = GiB / (64 * 1024);
/** Before this version was written, in milliseconds since 1970. */
const PAST = Date.UTC(2026, 0, 1);
const DAY = 24 * 60 * 60_000;

/** `Node 24.21.0, V8 13.6` and what else runs Innkeeper. */
export function runtimeVersions(): string {
  const { node, v8, electron } = process.versions;
  return [...(electron ? [`Electron ${electron}`] : []), `Node ${node}`, `V8 ${v8}`].join(', ');
}

export function checkMemory(
  { total, available } = { total: totalMemory(), available: process.availableMemory() },
): Finding {
  const text = `${formatBytes(available)} of ${formatBytes(total)} are free`;
  if (available >= MINIMUM_MEMORY.stock + 256 * MiB) return ok(text);
  return warning(text, 'Close other programs, or give machines less memory: one with little of it swaps or is killed.');
}

export function checkCpus(usable = os.availableParallelism()): Finding {
  if (usable > 1) return ok(`${usable} CPUs may be used`);
  return warning(
    'Only one CPU may be used: a busy guest slows the window down',
    'Give machines one core each; allow more CPUs if this is a virtual machine or a container.',
  );
}

/** `madeAt` are times at which something was made here, in milliseconds since 1970. */
export function checkClock(madeAt: readonly number[], now = Date.now()): Finding {
  const text = `It is ${new Date(now).toISOString()}`;
  const nextStep = "Set the computer's clock: guests take their time from it.";
  if (now < PAST) return failed(`${text}, which is before this Innkeeper was made`, nextStep);
  const future = madeAt.filter((at) => at > now + DAY).length;
  if (future > 0) return warning(`${text}, but ${future} machines were made after that`, nextStep);
  return ok(text);
}

/** All that the emulator stands on: shared memory, atomics, threads, room for a machine's memory. */
export async function checkWebAssembly(reservedPages = RESERVED_PAGES): Promise<Finding> {
  const nextStep = 'Use the Node or Electron that Innkeeper comes with, without options that switch WebAssembly off.';
  try {
    const module = new WebAssembly.Module(COUNTER);
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    await runInThread({ module, memory });
    const count = new Int32Array(memory.buffer)[0];
    if (count !== 1) return failed(`A thread's change of shared memory was not seen: ${count}`, nextStep);
  } catch (error) {
    return failed(`WebAssembly with threads does not work: ${(error as Error).message}`, nextStep);
  }
  try {
    new WebAssembly.Memory({ initial: 0, maximum: reservedPages, shared: true });
  } catch {
    return warning(
      `No room in the address space for a machine with ${formatBytes(reservedPages * 64 * 1024)} of memory`,
      'Raise the limit of virtual memory (`ulimit -v unlimited`), or give machines less memory.',
    );
  }
  return ok('WebAssembly with shared memory and threads works');
}

/** `(import "m" "memory" (memory 1 2 shared)) (func (export "add") (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))` */
const COUNTER = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7f],
  ...[0x02, 0x0e, 0x01, 0x01, 0x6d, 0x06, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 0x02, 0x03, 0x01, 0x02],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x07, 0x07, 0x01, 0x03, 0x61, 0x64, 0x64, 0x00, 0x00],
  ...[0x0a, 0x0c, 0x01, 0x0a, 0x00, 0x41, 0x00, 0x41, 0x01, 0xfe, 0x1e, 0x02, 0x00, 0x0b],
]);

const THREAD = `
  const { module, memory } = require('node:worker_threads').workerData;
  new WebAssembly.Instance(module, { m: { memory } }).exports.add();
`;

async function runInThread(workerData: unknown): Promise<void> {
  const worker = new Worker(THREAD, { eval: true, workerData, execArgv: [] });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
  const late = sleep(5000, undefined, { ref: false }).then(() => {
    throw new Error('a thread did not end within 5 s');
  });
  try {
    await Promise.race([ended, late]);
  } finally {
    await worker.terminate();
  }
}
