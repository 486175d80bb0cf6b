import { describe, expect, it } from 'vitest';
import { GoldfishRtc } from './rtc.ts';
import { describeDevice, TestWorld } from './suite.ts';

const TIME_LOW = 0x00;
const TIME_HIGH = 0x04;
const ALARM_LOW = 0x08;
const ALARM_HIGH = 0x0c;
const IRQ_ENABLED = 0x10;
const CLEAR_ALARM = 0x14;
const ALARM_STATUS = 0x18;
const CLEAR_INTERRUPT = 0x1c;

function make() {
  const world = new TestWorld();
  const device = new GoldfishRtc({ irq: world.irq, clock: world.clock });
  const actions = {
    wait: (n: number) => {
      world.now += BigInt(n);
      device.tick();
    },
  };
  return { device, world, actions, outputs: () => device.deadline() };
}

function time(device: GoldfishRtc): bigint {
  const low = device.read(TIME_LOW, 4);
  return (BigInt(device.read(TIME_HIGH, 4)) << 32n) | BigInt(low);
}

function setAlarm(device: GoldfishRtc, at: bigint): void {
  device.write(ALARM_HIGH, 4, Number(at >> 32n));
  device.write(ALARM_LOW, 4, Number(at & 0xffff_ffffn));
}

const values = [0, 1, Number(new TestWorld().clock.timeOfDay() >> 32n)];
describeDevice('rtc', { windowSize: 0x1000, registers: [0, 4, 8, 12, 16, 20, 24, 28], values }, make);

describe('rtc', () => {
  it('tells the time of day, the high half being that of the low half read last', () => {
    const { device, world } = make();
    expect(time(device)).toBe(world.clock.timeOfDay());
    const low = device.read(TIME_LOW, 4);
    const then = world.clock.timeOfDay();
    world.now += 1n << 40n;
    expect((BigInt(device.read(TIME_HIGH, 4)) << 32n) | BigInt(low)).toBe(then);
  });

  it('can be set, and goes on from there', () => {
    const { device, world } = make();
    device.write(TIME_HIGH, 4, 0x1234);
    device.write(TIME_LOW, 4, 0x5678);
    expect(time(device)).toBe(0x1234_0000_5678n);
    world.now += 1000n;
    expect(time(device)).toBe(0x1234_0000_5678n + 1000n);
  });

  it('rings at the alarm, once, and only where that is enabled', () => {
    const { device, world } = make();
    setAlarm(device, world.clock.timeOfDay() + 5000n);
    expect(device.deadline()).toBe(world.now + 5000n);
    expect(device.read(ALARM_STATUS, 4)).toBe(1);
    world.now += 4999n;
    device.tick();
    expect(device.read(ALARM_STATUS, 4)).toBe(1);
    world.now += 1n;
    device.tick();
    expect(device.deadline()).toBeNull();
    expect(device.read(ALARM_STATUS, 4)).toBe(0);
    expect(world.irqLevel).toBe(false);
    device.write(IRQ_ENABLED, 4, 1);
    expect(world.irqLevel).toBe(true);
    device.write(CLEAR_INTERRUPT, 4, 1);
    expect(world.irqLevel).toBe(false);
  });

  it('rings at once for a time gone by, and never when cleared before', () => {
    const { device, world } = make();
    device.write(IRQ_ENABLED, 4, 1);
    setAlarm(device, world.clock.timeOfDay());
    expect(world.irqLevel).toBe(true);
    device.write(CLEAR_INTERRUPT, 4, 0);
    setAlarm(device, world.clock.timeOfDay() + 10n);
    device.write(CLEAR_ALARM, 4, 0);
    world.now += 20n;
    device.tick();
    expect(device.deadline()).toBeNull();
    expect(world.irqLevel).toBe(false);
  });
});
