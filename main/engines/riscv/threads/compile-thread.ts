/** The compile thread of this process: started with the first machine that wants it, and kept. */
import { setFlagsFromString } from 'node:v8';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';

/**
 * V8 puts what is said to be unlikely out of the way, and keeps the registers of the hot path free of it. Where this is not on by
 * default, the flag is needed before the first module is compiled.
 */
setFlagsFromString('--experimental-wasm-branch-hinting');

/** The heap of the thread in MiB. It holds the orders of all machines and what it makes of one; what it makes is soon garbage. */
const HEAP = 256;
const YOUNG_HEAP = 4;

let thread: Worker | undefined;

/** A port that leads there, for one hart. It is to be transferred. */
export function openCompilePort(): MessagePort {
  if (!thread) {
    // Run from sources the file ends in .ts, from a build in .js
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const started = new Worker(new URL(`./jit.worker${extension}`, import.meta.url), {
      name: 'jit',
      resourceLimits: { maxOldGenerationSizeMb: HEAP, maxYoungGenerationSizeMb: YOUNG_HEAP },
    });
    // Whoever waits for an answer then waits for ever, which costs speed; the next machine gets a new thread
    started.on('error', () => {
      if (thread === started) thread = undefined;
    });
    started.unref();
    thread = started;
  }
  const { port1, port2 } = new MessageChannel();
  thread.postMessage(port1, [port1]);
  return port2;
}
