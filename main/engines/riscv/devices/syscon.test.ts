import { describe, expect, it } from 'vitest';
import { describeDevice, TestWorld } from './suite.ts';
import { type Finish, Syscon } from './syscon.ts';

function make() {
  const world = new TestWorld();
  const finished: Finish[] = [];
  const device = new Syscon({ finish: (finish) => finished.push(finish), note: world.note });
  return { device, world, finished, outputs: () => finished.splice(0) };
}

describeDevice('syscon', { windowSize: Syscon.windowSize, registers: [0], values: [0x5555, 0x3333, 0x7777] }, make);

describe('syscon', () => {
  it.each([
    [0x5555, { kind: 'pass', code: 0 }],
    [0x7777, { kind: 'reset', code: 0 }],
    [0x0003_3333, { kind: 'fail', code: 3 }],
    [0xffff_3333, { kind: 'fail', code: 0xffff }],
    [0x1234_5555, { kind: 'pass', code: 0 }],
  ])('0x%s', (value, finish) => {
    const { device, finished } = make();
    device.write(0, 4, value);
    expect(finished).toEqual([finish]);
  });

  it('takes 16 bits too, and nothing else', () => {
    const { device, finished, world } = make();
    device.write(0, 1, 0x55);
    device.write(4, 4, 0x5555);
    device.write(0, 4, 0x1111);
    expect(finished).toEqual([]);
    expect(world.notes).toEqual(['syscon: unknown command 0x1111']);
    device.write(0, 2, 0x5555);
    expect(finished).toHaveLength(1);
  });
});
