import { describe, expect, it } from 'vitest';
import { parseMarker } from './markers.ts';
import { busyPercent, countProblem, interval, ratePerCpuSecond, ratePerWallSecond, upSample } from './samples.ts';
import type { Sample } from './session.ts';

function sample(line: string, cpuSeconds: number, wallSeconds: number): Sample {
  const marker = parseMarker(line);
  if (!marker) throw new Error(`Not a marker: ${line}`);
  return { marker, cpuSeconds, wallSeconds, rssBytes: 1, peakRssBytes: 1 };
}

const samples = [
  sample('@@UP', 3, 4),
  sample('@@BEGIN sort', 5, 10),
  sample('@@END sort work=800 check=1', 7, 14),
  sample('@@BEGIN idle', 8, 20),
  sample('@@END idle', 8.1, 30),
  sample('@@BEGIN short', 9, 31),
  sample('@@END short work=1', 9, 32),
];

describe('interval', () => {
  it('is what passed between BEGIN and END of the workload', () => {
    const passed = interval(samples, 'sort');
    expect([passed.cpuSeconds, passed.wallSeconds]).toEqual([2, 4]);
    expect(ratePerCpuSecond(passed)).toBe(400);
    expect(ratePerWallSecond(passed)).toBe(200);
    expect(busyPercent(interval(samples, 'idle'))).toBeCloseTo(1);
  });

  it('refuses workloads that did not run or took no time', () => {
    expect(() => interval(samples, 'nbody')).toThrow('No BEGIN and END of "nbody"');
    expect(() => ratePerCpuSecond(interval(samples, 'short'))).toThrow('too short');
  });
});

describe('upSample', () => {
  it('is the first line of init', () => {
    expect(upSample(samples).cpuSeconds).toBe(3);
    expect(() => upSample(samples.slice(1))).toThrow('No @@UP');
  });
});

describe('countProblem', () => {
  it('lets reading the counter pass, and nothing more', () => {
    expect(countProblem('innkeeper', 'x', 1_000_002, 1_000_000)).toBeUndefined();
    expect(countProblem('innkeeper', 'x', 1_001_000, 1_000_000)).toContain('1001000');
  });
});
