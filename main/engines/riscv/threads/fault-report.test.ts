import { expect, test } from 'vitest';
import { BareHart, PROGRAM, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { describeFault } from './fault-report.ts';

/** addi x1, x1, 5 and ld x2, 8(x10) */
const [ADDI, LD] = [0x0050_8093, 0x0085_3103];

const linesOf = (m: BareHart, error: unknown) => describeFault(error, m.hart, m).split('\n');

test('tells what failed, where the hart is and what it was about to do', () => {
  const m = new BareHart();
  m.poke(PROGRAM, ADDI, LD);
  m.hart.setX(10, 0x1234_5678_9abc_def0n);
  m.run(1);
  const lines = linesOf(m, new RangeError('too far'));
  expect(lines[0]).toMatch(/hart 0: RangeError: too far/);
  const text = lines.join('\n');
  expect(text).toMatch(/^pc 0x0000000080000004 {2}mode 3 {2}satp 0x0000000000000000 {2}steps 1$/m);
  expect(text).toMatch(/\ba0 0x123456789abcdef0\b/);
  expect(text).toMatch(/\bra 0x0000000000000005\b/);
  expect(text).toMatch(/^0x0000000080000004 {2}ld +sp, ?8\(a0\)$/m);
  expect(lines.filter((line) => /^0x/.test(line))).toHaveLength(8);
});

test.each([
  ['outside of RAM', 0x1000n],
  ['nowhere', -2n],
  ['behind the end of RAM', RAM + 0x10_0000n],
])('a program counter %s is reported, not looked at', (_, pc) => {
  const m = new BareHart();
  m.hart.set('pc', pc);
  const lines = linesOf(m, new Error('bad'));
  expect(lines.at(-1)).toBe(`0x${BigInt.asUintN(64, pc).toString(16).padStart(16, '0')}  not readable`);
});

test('the last instruction of RAM is shown, and one that sticks out of it is not', () => {
  const m = new BareHart();
  const last = RAM + 0x10_0000n - 2n;
  const shown = (half: number) => {
    m.view.setUint16(m.layout.ramBase + m.layout.ramSize - 2, half, true);
    m.hart.set('pc', last);
    return linesOf(m, 'words')
      .filter((line) => /^0x/.test(line))
      .map((line) => line.slice(20));
  };
  expect(shown(0x0001)).toEqual(['c.nop 0', 'not readable']);
  expect(shown(0x0013)).toEqual(['not readable']);
});

test('what is thrown may be anything', () => {
  expect(linesOf(new BareHart(), 'words')[0]).toBe('The emulator failed at hart 0: words');
});
