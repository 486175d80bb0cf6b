/** The thread of one hart. */
import { parentPort, workerData } from 'node:worker_threads';
import { describeFault } from './fault-report.ts';
import { HartRunner } from './hart-runner.ts';
import type { FromThread, HartData } from './messages.ts';

const data = workerData as HartData;
const post = (message: FromThread) => parentPort?.postMessage(message);
const runner = new HartRunner(data, post);
try {
  runner.run();
} catch (error) {
  post({ kind: 'fault', report: describeFault(error, runner.hart, data) });
}
