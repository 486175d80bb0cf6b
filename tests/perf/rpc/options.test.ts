import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { TRANSPORTS } from './transports.ts';

describe('options of the rpc benchmark', () => {
  it('measure every wire unless told otherwise', () => {
    expect(parseOptions([])).toMatchObject({ json: false, rounds: 7, only: Object.keys(TRANSPORTS) });
    expect(parseOptions(['--quick', '--json', '--only', 'port,relay'])).toMatchObject({
      json: true,
      rounds: 1,
      only: ['port', 'relay'],
    });
    expect(parseOptions(['--quick', '--rounds', '3']).rounds).toBe(3);
  });

  it.each([['--only', 'carrier-pigeon'], ['--only', ''], ['--rounds', '0'], ['--rounds', 'x'], ['--fast'], ['extra']])(
    'refuse %s %s',
    (...argv) => {
      expect(() => parseOptions(argv)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );
});
