import { describe, expect, it } from 'vitest';
import { TestWorld } from '../suite.ts';
import { VirtioRng } from './rng.ts';
import { describeVirtioDevice, onTransport, TRANSPORTS } from './suite.ts';

describeVirtioDevice('rng', 0n, (world) => ({ device: new VirtioRng({ entropy: world.entropy }) }));

describe.each(TRANSPORTS)('rng on virtio-%s', (transport) => {
  it('fills the buffers it is given', () => {
    const world = new TestWorld();
    const { driver } = onTransport(transport, new VirtioRng({ entropy: world.entropy }), world);
    driver.bringUp(1);
    driver.send(0, [], [3, 30]);
    const expected = new Uint8Array(33);
    new TestWorld().entropy(expected);
    expect(driver.used(0)).toEqual([{ written: 33, data: expected }]);
    expect(world.irqLevel).toBe(true);
    expect(driver.registers.interrupts()).toBe(1);
    expect(world.irqLevel).toBe(false);
  });

  it('gives a part where too much is wanted, and nothing where there is no buffer for it', () => {
    const world = new TestWorld();
    const { driver } = onTransport(transport, new VirtioRng({ entropy: world.entropy }), world);
    driver.bringUp(1);
    driver.send(0, [], [5000]);
    driver.send(0, [new Uint8Array(8)]);
    expect(driver.used(0).map(({ written }) => written)).toEqual([4096, 0]);
  });
});
