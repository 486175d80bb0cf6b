import os from 'node:os';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type HostStatus, hostStatus } from '../../../shared/contract/host.ts';
import { type StatusFacts, totalMemory, watchHostStatus } from './host-status.ts';

let facts: StatusFacts;
let samples: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  samples = 0;
  facts = {
    memoryPromised: () => {
      samples++;
      return 512;
    },
    running: () => 2,
    dataFolder: os.tmpdir(),
  };
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** All samples from now on, as they come. */
function watch(): { got: HostStatus[]; stop(): void } {
  const got: HostStatus[] = [];
  const abort = new AbortController();
  void (async () => {
    for await (const status of watchHostStatus(abort.signal, facts)) got.push(status);
  })();
  return { got, stop: () => abort.abort() };
}

/** Lets the answers of the disk come in: they take real time. */
const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await settle();
}

test('the first sample comes soon, then one each second', async () => {
  const { got, stop } = watch();
  await pass(250);
  expect(got).toHaveLength(1);
  await pass(3000);
  expect(got).toHaveLength(4);
  expect(got[3]!.at - got[2]!.at).toBe(1000);
  const [first] = got;
  expect(hostStatus.parse(first)).toEqual(first);
  expect(first).toMatchObject({ memoryPromised: 512, running: 2, memoryTotal: totalMemory() });
  expect(first!.memoryFree).toBeGreaterThan(0);
  expect(first!.memoryFree).toBeLessThanOrEqual(first!.memoryTotal);
  stop();
});

test('it is sampled once however many watch, and not at all when nobody does', async () => {
  const viewers = [watch(), watch(), watch()];
  await pass(5250);
  expect(samples).toBe(6);
  expect(viewers.map(({ got }) => got.length)).toEqual([6, 6, 6]);
  for (const viewer of viewers) viewer.stop();
  await pass(60_000);
  expect(samples).toBe(6);
  const late = watch();
  await pass(250);
  expect(samples).toBe(7);
  late.stop();
});

test('a late joiner gets the last sample at once', async () => {
  const first = watch();
  await pass(1300);
  const late = watch();
  await settle();
  expect(late.got).toEqual(first.got.slice(-1));
  first.stop();
  late.stop();
});

test('busy is the share of CPU time since the sample before', async () => {
  let [idle, user] = [1000, 1000];
  const cpu = () => ({ model: '', speed: 0, times: { user, nice: 0, sys: 0, idle, irq: 0 } });
  vi.spyOn(os, 'cpus').mockImplementation(() => [cpu(), cpu()]);
  const { got, stop } = watch();
  await settle();
  [idle, user] = [1300, 1100];
  await pass(250);
  [idle, user] = [1300, 2100];
  await pass(1000);
  await pass(1000);
  expect(got.map((status) => status.cpu)).toEqual([0.25, 1, 0]);
  stop();
});

test('the room on the disk is that of the data folder; one that is gone has none', async () => {
  const { got, stop } = watch();
  await settle();
  await vi.waitFor(async () => {
    await pass(1000);
    expect(got.at(-1)?.diskFree).toBeGreaterThan(0);
  });
  stop();
  facts = { ...facts, dataFolder: '/no/such/folder' };
  const other = watch();
  await pass(2250);
  expect(other.got.at(-1)?.diskFree).toBe(0);
  other.stop();
});
