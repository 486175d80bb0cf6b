import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseKilobytes, parseStat, usageOf } from './process-tree.ts';

describe('parseStat', () => {
  it('adds own and children’s user and system time, whatever the name', () => {
    const stat = '42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 3 0 150 50 20 5 20 0 12 0 9000 1 2 3';
    expect(parseStat(stat)).toBeCloseTo(2.25);
  });

  it('refuses other text', () => {
    expect(() => parseStat('42 (x) S 1')).toThrow('Not a stat line');
  });
});

describe('parseKilobytes', () => {
  it('reads the named line only', () => {
    const status = 'Name:\tVmRSS:\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n';
    expect(parseKilobytes(status, 'VmRSS')).toBe(1024 * 1024);
    expect(parseKilobytes(status, 'VmHWM')).toBe(2048 * 1024);
    expect(parseKilobytes(status, 'VmSwap')).toBe(0);
  });
});

describe('usageOf', () => {
  it('counts what this process and a child of it have used', async () => {
    const before = usageOf(process.pid);
    spawnSync('sh', ['-c', 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done']);
    const after = usageOf(process.pid);
    expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
    expect(after.rssBytes).toBeGreaterThan(10e6);
    expect(after.peakRssBytes).toBeGreaterThanOrEqual(after.rssBytes);
    const child = spawn('sh', ['-c', 'echo up; read -r line'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(usageOf(child.pid ?? 0).rssBytes).toBeGreaterThan(0);
    expect(usageOf(process.pid).rssBytes).toBeGreaterThan(usageOf(child.pid ?? 0).rssBytes);
    child.stdin.end('\n');
    await once(child, 'close');
  });

  it('throws for a process that is not there', () => {
    expect(() => usageOf(2 ** 22 + 1)).toThrow('ENOENT');
  });
});
