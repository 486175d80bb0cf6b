/** The thread that compiles, for all machines of the process. Each hart has a port; orders are dealt with as they come. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { compileRegions } from '../jit/compile.ts';
import type { CompileAnswer, CompileOrder } from './messages.ts';

parentPort?.on('message', (port: MessagePort) => {
  port.on('message', (order: CompileOrder) => port.postMessage(answer(order)));
});

/** A fault of ours, or a module that V8 refuses, costs speed and nothing else: the interpreter executes everything. */
function answer({ requests }: CompileOrder): CompileAnswer {
  try {
    const compiled = compileRegions(requests);
    if (!compiled) return { kind: 'nothing' };
    const { bytes, regions } = compiled;
    return { kind: 'compiled', module: new WebAssembly.Module(bytes), bytes: bytes.length, regions };
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
