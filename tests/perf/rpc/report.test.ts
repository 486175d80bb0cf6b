import { describe, expect, it } from 'vitest';
import type { Taken } from './report.ts';
import { makeRows, renderRows } from './report.ts';
import type { Figure } from './workloads.ts';
import { FIGURES } from './workloads.ts';

/** Of ours `rates`, of bare JSON half of them. */
function taken(wire: string, figure: Figure, rates: readonly number[]): Taken[] {
  return rates.flatMap((rate) => [
    { wire, figure, side: 'ours', sample: { perSecond: rate, perCpuSecond: 2 * rate } },
    { wire, figure, side: 'json', sample: { perSecond: rate / 2, perCpuSecond: rate } },
  ]);
}

describe('the report of the rpc benchmark', () => {
  const all = (Object.keys(FIGURES) as Figure[]).flatMap((figure) => [
    ...taken('slow', figure, [900, 999, 5000]),
    ...taken('quick', figure, [1000, 1001, 1002]),
  ]);

  it('compares medians with the goal and with bare JSON', () => {
    const rows = makeRows(['quick', 'slow'], all);
    const calls = rows.filter((row) => row.figure === 'calls');
    expect(calls.map((row) => [row.wire, row.ours.perSecond.median, row.goalReached, row.percentOfJson])).toEqual([
      ['quick', 1001, true, 200],
      ['slow', 999, false, 200],
    ]);
    expect(rows.find((row) => row.figure === 'console')?.goal).toBeUndefined();
    expect(renderRows(rows).split('\n')).toHaveLength(1 + rows.length);
    expect(renderRows(rows)).toMatch(/^slow +calls +999 ±205 % calls\/s .*1000: missed$/m);
  });

  it('does not report what was not measured', () => {
    expect(() => makeRows(['other'], all)).toThrow();
  });
});
