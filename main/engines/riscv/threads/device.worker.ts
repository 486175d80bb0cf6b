/** The device thread of a machine. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { DeviceLoop } from './device-loop.ts';
import type { ConsoleEvent, DeviceData, FromThread } from './messages.ts';

const port = parentPort;
if (!port) throw new Error('device.worker.ts runs as a worker thread');
const post = (message: FromThread) => port.postMessage(message);
try {
  new DeviceLoop(workerData as DeviceData, {
    post,
    receive: () => receiveMessageOnPort(port)?.message as ConsoleEvent | undefined,
  }).run();
} catch (error) {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  post({ kind: 'fault', report: `The emulator failed in a device: ${cause}` });
}
