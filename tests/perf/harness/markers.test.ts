import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineReader, numberField, parseMarker } from './markers.ts';

describe('parseMarker', () => {
  it('reads the four kinds', () => {
    expect(parseMarker('@@UP')).toEqual({ kind: 'UP', name: '', fields: {} });
    expect(parseMarker('@@BEGIN sort')).toEqual({ kind: 'BEGIN', name: 'sort', fields: {} });
    expect(parseMarker('@@END sort work=12 check=0a')).toEqual({
      kind: 'END',
      name: 'sort',
      fields: { work: '12', check: '0a' },
    });
    expect(parseMarker('@@DONE')).toEqual({ kind: 'DONE', name: '', fields: {} });
  });

  it('finds a marker after what the firmware or the kernel left on the line', () => {
    expect(parseMarker('\x1b[2J[    0.5] x@@UP')?.kind).toBe('UP');
  });

  it.each(['', '@@', '@@UPS', '@@ENDsort', '@@BEGIN', '@@END ', 'echo "@@UP"', '@@START x'])(
    'sees none in %j',
    (line) => {
      expect(parseMarker(line)).toBeUndefined();
    },
  );

  it('keeps everything after the first equals sign and drops words without one', () => {
    expect(parseMarker('@@END x a=b=c loose =d')?.fields).toEqual({ a: 'b=c' });
  });
});

describe('numberField', () => {
  const marker = (fields: Record<string, string>) => ({ kind: 'END', name: 'x', fields }) as const;

  it('reads a number', () => {
    expect(numberField(marker({ work: '2.5' }), 'work')).toBe(2.5);
  });

  it.each([{}, { work: '' }, { work: 'many' }, { work: 'inf' }])('refuses %j', (fields) => {
    expect(() => numberField(marker(fields), 'work')).toThrow('has no number "work"');
  });
});

describe('lineReader', () => {
  it('gives the same lines however the text is cut', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '@', ' ', 'b'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(50)), fc.constantFrom('\n', '\r\n'), (lines, cuts, end) => {
        const text = lines.map((each) => each + end).join('');
        const seen: string[] = [];
        const read = lineReader((each) => seen.push(each));
        let at = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), text.length]) {
          read(text.slice(at, Math.max(at, cut)));
          at = Math.max(at, Math.min(cut, text.length));
        }
        expect(seen).toEqual(lines);
      }),
    );
  });

  it('keeps an unfinished line back', () => {
    const seen: string[] = [];
    lineReader((line) => seen.push(line))('whole\npart');
    expect(seen).toEqual(['whole']);
  });
});
