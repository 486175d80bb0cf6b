import { expect, it } from 'vitest';
import type { Usage } from '../../../shared/contract/machine.ts';
import { type Sample, UsageMeter } from './usage.ts';

interface Meter {
  readonly meter: UsageMeter;
  /** Lets a second pass in which the machine takes so much CPU time. */
  second(cpuMs: number): void;
  readonly sample: Sample & { cpuMs: number };
  samples: Sample[];
}

function meterOf(cores: number): Meter {
  let now = 100_000;
  const sample = { id: 'aaaaaaaaaaaa', run: {}, cores, memory: 1024, cpuMs: 0 };
  const meter: Meter = {
    meter: new UsageMeter(
      () => meter.samples,
      () => now,
    ),
    second: (cpuMs) => {
      now += 1000;
      sample.cpuMs += cpuMs;
      meter.meter.measure();
    },
    sample,
    samples: [sample],
  };
  meter.meter.measure();
  return meter;
}

async function replayed(meter: UsageMeter): Promise<Usage[]> {
  for await (const usage of meter.watch(new AbortController().signal)) return usage;
  throw new Error('the stream ended');
}

it('tells how many cores are busy, first of the last minute', async () => {
  const { meter, second } = meterOf(2);
  for (let n = 0; n < 100; n++) second(n * 10);
  const usage = await replayed(meter);
  expect(usage).toHaveLength(60);
  expect(usage[0]).toEqual({ id: 'aaaaaaaaaaaa', at: 141_000, cpu: 0.4, memory: 1024 });
  expect(usage.at(-1)).toMatchObject({ at: 200_000, cpu: 0.99 });
});

it('stays within what can be, also after a reset', async () => {
  const { meter, second, sample } = meterOf(2);
  second(9000);
  sample.cpuMs = 0;
  second(500);
  expect((await replayed(meter)).map(({ cpu }) => cpu)).toEqual([3, 0.5]);
});

it('tells nothing of a run that it sees for the first time, and says when none is left', async () => {
  const machine = meterOf(1);
  machine.second(500);
  machine.samples = [{ ...machine.sample, run: {} }];
  machine.second(0);
  const abort = new AbortController();
  const seen: Usage[][] = [];
  const watching = (async () => {
    for await (const usage of machine.meter.watch(abort.signal)) seen.push(usage);
  })();
  machine.meter.start();
  machine.samples = [];
  machine.meter.stop();
  machine.meter.stop();
  setImmediate(() => abort.abort());
  await watching;
  expect(seen).toHaveLength(3);
  expect(seen[0]).toHaveLength(1);
  expect(seen.at(-1)).toEqual([]);
});
