/** What both transports do alike, seen through their registers. */
import { describe, expect, it } from 'vitest';
import { RAM_GPA } from '../../memory/layout.ts';
import { TestWorld } from '../suite.ts';
import { VirtioMmio } from './mmio.ts';
import { VirtioRng } from './rng.ts';
import { EVENT_IDX, INDIRECT, onTransport, TRANSPORTS, VERSION_1 } from './suite.ts';

const NEEDS_RESET = 0x40;

describe.each(TRANSPORTS)('virtio-%s', (transport) => {
  function setUp() {
    const world = new TestWorld();
    return { world, ...onTransport(transport, new VirtioRng({ entropy: world.entropy }), world) };
  }

  it('offers the features of the transport, all of a modern device', () => {
    expect(setUp().driver.registers.offered()).toBe(VERSION_1 | EVENT_IDX | INDIRECT);
  });

  it.each([
    ['one that was not offered', VERSION_1 | 1n],
    ['a legacy device', INDIRECT],
  ])('refuses FEATURES_OK for %s', (_name, features) => {
    const { driver, world } = setUp();
    for (const status of [1, 3]) driver.registers.setStatus(status);
    driver.registers.accept(features);
    driver.registers.setStatus(11);
    expect(driver.registers.status()).toBe(3);
    expect(world.notes).toHaveLength(1);
    driver.registers.accept(VERSION_1);
    driver.registers.setStatus(11);
    expect(driver.registers.status()).toBe(11);
  });

  it('ignores a status that may not follow', () => {
    const { driver, world } = setUp();
    driver.registers.setStatus(15);
    expect(driver.registers.status()).toBe(0);
    expect(world.notes).toEqual(['rng: status 0xf may not follow 0x0']);
  });

  it('needs a reset after its driver broke a queue, and works again after one', () => {
    const { driver, world } = setUp();
    driver.bringUp(1);
    driver.describe(0, 0, { address: RAM_GPA - 16, length: 16, flags: 2, next: 0 });
    driver.makeAvailable(0, 0);
    driver.registers.notify(0);
    expect(driver.registers.status()).toBe(15 | NEEDS_RESET);
    expect(driver.registers.interrupts()).toBe(2);
    expect(world.notes).toHaveLength(1);
    driver.registers.notify(0);
    expect(world.notes).toHaveLength(1);
    driver.bringUp(1);
    expect(driver.registers.status()).toBe(15);
    driver.send(0, [], [8]);
    expect(driver.used(0)).toHaveLength(1);
  });

  it('ignores queues that it has not', () => {
    const { driver } = setUp();
    driver.bringUp(1);
    driver.registers.setUpQueue(1, 8, { descriptors: 1, driver: 1, device: 1 });
    for (const queue of [1, 7, 1000]) driver.registers.notify(queue);
    expect(driver.registers.status()).toBe(15);
  });

  it('starts with what was made available before DRIVER_OK', () => {
    const { driver } = setUp();
    driver.bringUp(1);
    driver.offer(0, [], [4]);
    driver.registers.notify(5);
    expect(driver.used(0)).toHaveLength(0);
    driver.registers.notify(0);
    expect(driver.used(0)).toHaveLength(1);
  });

  it('lets others have their turn after a queue full, and comes back to it, also after a restore', () => {
    const { driver, device } = setUp();
    driver.bringUp(1, VERSION_1, 64);
    for (let i = 0; i < 63; i++) driver.offer(0, [], [1]);
    driver.registers.notify(0);
    expect(device.deadline()).toBeNull();
    for (let i = 0; i < 64; i++) driver.offer(0, [], [1]);
    driver.registers.notify(0);
    expect(device.deadline()).toBe(0n);
    const saved = device.snapshot();
    driver.offer(0, [], [1]);
    device.tick();
    expect(driver.used(0)).toHaveLength(63 + 64 + 1);
    expect(device.deadline()).toBeNull();
    device.restore(saved);
    expect(device.deadline()).toBe(0n);
    driver.registers.setStatus(0);
    expect(device.deadline()).toBeNull();
  });

  it('suppresses interrupts as the driver wishes', () => {
    const { driver } = setUp();
    driver.bringUp(1);
    driver.suppressInterrupts(0, true);
    driver.send(0, [], [4]);
    expect(driver.registers.interrupts()).toBe(0);
    driver.bringUp(1, VERSION_1 | EVENT_IDX);
    driver.setUsedEvent(0, 1);
    driver.send(0, [], [4]);
    expect(driver.registers.interrupts()).toBe(0);
    driver.send(0, [], [4]);
    expect(driver.registers.interrupts()).toBe(1);
    expect(driver.availableEvent(0)).toBe(2);
  });
});

describe('virtio-mmio registers', () => {
  it('say what and which version the device is', () => {
    const world = new TestWorld();
    const device = new VirtioRng({ entropy: world.entropy });
    const mmio = new VirtioMmio({ device, ram: world.guestRam, irq: world.irq, note: world.note });
    expect([0, 4, 8].map((offset) => mmio.read(offset, 4))).toEqual([0x7472_6976, 2, 4]);
    expect(mmio.read(0x34, 4)).toBe(64);
    mmio.write(0x30, 4, 1);
    expect(mmio.read(0x34, 4)).toBe(0);
    // No shared memory regions.
    expect([0xb0, 0xb4].map((offset) => mmio.read(offset, 4))).toEqual([0xffff_ffff, 0xffff_ffff]);
    expect(mmio.read(0, 1)).toBe(0);
  });
});
