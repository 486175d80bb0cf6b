import { describe, expect, it } from 'vitest';
import { FIGURES, SCENES } from './figures.ts';
import { parseOptions } from './options.ts';

describe('options of the window benchmark', () => {
  it('measure everything unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({ json: false, rounds: 7, only: SCENES });
    expect(parseOptions(['--quick', '--only', 'flood,start'])).toMatchObject({ rounds: 1, only: ['start', 'flood'] });
  });

  it.each([['--only', 'curtain'], ['--only', ''], ['--rounds', '0'], ['--fast'], ['extra']])(
    'refuse %s %s',
    (...argv) => {
      expect(() => parseOptions(argv)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});

it('every scene finds something out', () => {
  expect(SCENES.filter((scene) => !FIGURES.some((figure) => figure.scene === scene))).toEqual([]);
});
