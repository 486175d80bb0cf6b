import { expect, it } from 'vitest';
import { createRecording } from '../harness/recording.ts';
import { FIGURES } from './figures.ts';
import { makeRows, renderRows } from './report.ts';

it('compares medians with goals, either way', () => {
  const recording = createRecording();
  const add = (name: string, ...values: number[]) => {
    for (const value of values) recording.add(name, 'ours', value);
  };
  add('scroll', 58, 60, 30);
  add('scroll-worst', 20);
  add('filter', 15, 16, 40);
  add('filter-worst', 17);
  recording.add('filter', 'peer', 2);
  const rows = makeRows(['list'], recording);
  expect(rows.map(({ name, goalReached }) => [name, goalReached])).toEqual([
    ['scroll', false],
    ['scroll-worst', undefined],
    ['filter', true],
    ['filter-worst', false],
  ]);
  expect(renderRows(rows)).toMatch(/^filter +ms +16 ±78 % +2 +<= 16: reached$/m);
});

it('does not report what was not measured', () => {
  expect(FIGURES.some(({ scene }) => scene === 'start')).toBe(true);
  expect(() => makeRows(['start'], createRecording())).toThrow('start was not measured');
});
