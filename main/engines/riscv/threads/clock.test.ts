import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { MACHINE_MAILBOX } from '../memory/layout.ts';
import { hostMilliseconds, openTimes } from './clock.ts';

function make() {
  const memory = { buffer: new SharedArrayBuffer(MACHINE_MAILBOX + 0x100) };
  const host = { now: 1_000_000 };
  const open = () => openTimes(memory, () => host.now);
  return { host, open, times: open() };
}

test('wall time starts at 0 and follows the host', () => {
  const { host, times } = make();
  times.begin();
  expect(times.wall()).toBe(0);
  host.now += 12.5;
  expect(times.wall()).toBe(12.5);
});

test('time that is stopped stands still, for other threads too, and goes on from there', () => {
  const { host, open, times } = make();
  times.begin();
  for (const [before, pause] of [
    [0, 5],
    [100, 1000],
    [0.25, 0],
  ] as const) {
    host.now += before;
    const stoppedAt = times.wall();
    times.stop();
    expect(times.stopped).toBe(true);
    host.now += pause;
    expect(open().wall()).toBeCloseTo(stoppedAt, 6);
    times.stop();
    expect(times.wall()).toBeCloseTo(stoppedAt, 6);
    times.resume();
    expect(open().stopped).toBe(false);
    expect(times.wall()).toBeCloseTo(stoppedAt, 6);
    host.now += 1;
    expect(open().wall()).toBeCloseTo(stoppedAt + 1, 6);
  }
});

test('resuming time that goes changes nothing', () => {
  const { host, times } = make();
  times.begin();
  host.now += 7;
  times.resume();
  expect(times.wall()).toBe(7);
});

test('counted time is what was published last', () => {
  const { open, times } = make();
  times.virtual = 123_456;
  expect(open().virtual).toBe(123_456);
});

test('the host’s clock is one for all threads', async () => {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData).then(({ hostMilliseconds }) => {
      parentPort.on('message', () => parentPort.postMessage(hostMilliseconds()));
      parentPort.postMessage('ready');
    });`;
  const worker = new Worker(source, { eval: true, workerData: new URL('./clock.ts', import.meta.url).href });
  await once(worker, 'message');
  for (let i = 0; i < 200; i++) {
    const before = hostMilliseconds();
    worker.postMessage('');
    const [there] = (await once(worker, 'message')) as [number];
    expect(there).toBeGreaterThanOrEqual(before);
    expect(hostMilliseconds()).toBeGreaterThanOrEqual(there);
  }
  await worker.terminate();
});
