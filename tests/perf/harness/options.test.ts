import { describe, expect, it } from 'vitest';
import { FIGURES } from './figures.ts';
import { bareVariants, nativeWorkloads, stockPlan } from './measure.ts';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  it('measures everything three times unless told otherwise', () => {
    const options = parseOptions([]);
    expect(options).toMatchObject({ runs: 3, json: false, engines: ['native', 'innkeeper', 'qemu'] });
    expect(options.figures).toEqual(FIGURES);
  });

  it('takes names with commas and keeps the table’s order', () => {
    const options = parseOptions([
      '--only',
      'sort,integer-sv39',
      '--engines',
      'qemu,innkeeper',
      '--runs',
      '5',
      '--json',
    ]);
    expect(options.figures.map(({ name }) => name)).toEqual(['integer-sv39', 'sort']);
    expect(options).toMatchObject({ engines: ['innkeeper', 'qemu'], runs: 5, json: true });
  });

  it('makes one short round with --quick, and more when asked', () => {
    expect(parseOptions(['--quick'])).toMatchObject({ runs: 1, seconds: 1 });
    expect(parseOptions(['--quick', '--runs', '2'])).toMatchObject({ runs: 2, seconds: 1 });
  });

  it.each([
    ['--only', 'sort,nothing'],
    ['--only', ','],
    ['--engines', 'qemu,vmware'],
    ['--engines', ''],
    ['--runs', '0'],
    ['--runs', 'two'],
    ['--fast'],
    ['sort'],
  ])('refuses %s %s with the usage', (...argv) => {
    expect(() => parseOptions(argv)).toThrow(
      expect.objectContaining({ code: 'usage', nextStep: expect.stringContaining('--quick') }),
    );
  });
});

describe('what the figures need', () => {
  const only = (names: string) => parseOptions(['--only', names]);

  it('is native integer for percentages of the bare-metal kernel', () => {
    expect(nativeWorkloads(only('integer-bare'))).toEqual(['integer']);
    expect(nativeWorkloads(only('integer-bare,integer,sort,sha'))).toEqual(['integer', 'sort']);
    expect(nativeWorkloads(only('boot,two-harts'))).toEqual([]);
  });

  it('is every bare-metal program once', () => {
    const one = { harts: 1, sv39: true };
    expect(bareVariants(only('integer-sv39'))).toEqual([one]);
    expect(bareVariants(only('integer-sv39,two-harts,two-harts-cost'))).toEqual([one, { harts: 2, sv39: true }]);
    expect(bareVariants(only('boot'))).toEqual([]);
  });

  it('is a plan for the guest: memory first, idle last', () => {
    expect(stockPlan(only('idle,sort,memory'))).toEqual({ needed: true, plan: ['settle', 'sort', 'idle'] });
    expect(stockPlan(only('boot'))).toEqual({ needed: true, plan: [] });
    expect(stockPlan(only('boot-small,integer-bare'))).toEqual({ needed: false, plan: [] });
  });
});

describe('the table', () => {
  it('has every name once', () => {
    const names = FIGURES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has names that fit a marker and a kernel command line', () => {
    for (const { name } of FIGURES) expect(name).toMatch(/^[a-z0-9-]+$/);
  });
});
