import { describe, expect, it } from 'vitest';
import type { Figure } from './figures.ts';
import { createRecording, describeSummary, formatNumber } from './recording.ts';
import { figureResult, type Report, renderTable } from './report.ts';
import { summarise } from './statistics.ts';

const kernel: Figure = {
  name: 'integer-sv39',
  unit: 'iterations/CPU s',
  better: 'higher',
  meaning: 'x',
  source: { from: 'bare', harts: 1, sv39: true },
  goal: { of: 'native', bound: 2.7 },
};
const boot: Figure = {
  name: 'boot',
  unit: 'CPU s',
  better: 'lower',
  meaning: 'x',
  source: { from: 'boot', kernel: 'stock' },
  goal: { of: 'figure', bound: 8 },
};
const of = {
  engines: ['native', 'innkeeper', 'qemu'],
  bare: [{ harts: 1, sv39: true, elf: 'x.elf', instructions: 350_000_000 }],
  iterations: 2000,
};

describe('figureResult', () => {
  it('compares the bare-metal kernel with the native one and counts instructions', () => {
    const recording = createRecording();
    for (const value of [60_000, 50_000, 70_000]) recording.add('integer', 'native', value);
    for (const value of [1800, 1900, 1700]) recording.add('integer-sv39', 'innkeeper', value);
    const result = figureResult(kernel, recording, of);
    expect(result.engines.innkeeper).toMatchObject({ median: 1800, percentOfNative: 3, millionInstructions: 315 });
    expect(result.engines.native?.median).toBe(60_000);
    expect(result.engines.native).not.toHaveProperty('millionInstructions');
    expect(result.engines.qemu).toBeUndefined();
    expect(result.goalReached).toBe(true);
  });

  it.each([
    [7.9, true],
    [8, true],
    [8.1, false],
  ])('holds %d s of boot against its goal', (value, reached) => {
    const recording = createRecording();
    recording.add('boot', 'innkeeper', value);
    recording.add('boot', 'qemu', 3);
    expect(figureResult(boot, recording, of).goalReached).toBe(reached);
  });

  it('says nothing of a goal that was not measured', () => {
    const recording = createRecording();
    recording.add('integer-sv39', 'innkeeper', 1800);
    expect(figureResult(kernel, recording, of)).not.toHaveProperty('goalReached');
    expect(figureResult(boot, recording, of)).not.toHaveProperty('goalReached');
  });
});

describe('createRecording', () => {
  it('turns results that differ into a problem, once', () => {
    const recording = createRecording();
    recording.check('sort', 'native', 'aa');
    recording.check('sort', 'innkeeper', 'ab');
    recording.check('sort', 'innkeeper', 'ab');
    recording.check('sha', 'innkeeper', 'ab');
    expect(recording.problems).toEqual([expect.stringContaining('sort: innkeeper computed ab, native aa')]);
  });
});

describe('renderTable', () => {
  const recording = createRecording();
  recording.add('integer', 'native', 60_000);
  recording.add('integer-sv39', 'innkeeper', 1200);
  recording.add('integer-sv39', 'qemu', 9000);
  const report: Report = {
    format: 1,
    date: '2026-01-01T00:00:00.000Z',
    machine: {
      ...{ cpu: 'A processor', cores: 2, memoryMB: 1, system: 's', node: 'v24.0.0', v8: '13', qemu: 'QEMU 7.2' },
      ...{ hostCompiler: 'gcc', guestCompiler: 'gcc', commit: 'c', loadAverage: [0.5, 0, 0] },
    },
    loadAverageAtEnd: [1.5, 0, 0],
    settings: { runs: 1, secondsPerWorkload: 1, iterations: 2000, compilerFlags: { linux: [], bare: [] } },
    guests: {},
    commands: { native: [], innkeeper: [], qemu: [] },
    results: [figureResult(kernel, recording, of), figureResult(boot, recording, of)],
    problems: ['Something disagrees.'],
  };

  it('has a row per figure, a column per engine, goals and problems', () => {
    const lines = renderTable(report).split('\n');
    expect(lines[0]).toContain('load 1.0');
    expect(lines[3]).toMatch(/^figure +unit +native +innkeeper +% native +qemu +% native +M instr\/CPU s +goal$/);
    expect(lines[4]).toMatch(
      /^integer-sv39 +iterations\/CPU s +60 k +1200 +2 +9000 +15 +210 +>= 2.7 % of native: missed$/,
    );
    expect(lines[5]).toMatch(/^boot +CPU s +- +- +- +<= 8$/);
    expect(lines.at(-1)).toBe('  Something disagrees.');
  });
});

describe('numbers for people', () => {
  it.each([
    [0.8512, '0.85'],
    [12.34, '12.3'],
    [123.4, '123'],
    [8600, '8600'],
    [18_400, '18.4 k'],
    [5_560_000, '5.56 M'],
    [123_456_789, '123 M'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('come with half the spread when there is one', () => {
    expect(describeSummary(summarise([95, 100, 105]))).toBe('100 ±5 %');
    expect(describeSummary(summarise([100]))).toBe('100');
  });
});
