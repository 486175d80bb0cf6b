import { describe, expect, it } from 'vitest';
import { describeDevice, TestWorld } from './suite.ts';
import { Uart16550 } from './uart16550.ts';

const RBR = 0;
const THR = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

function make() {
  const world = new TestWorld();
  let rooms = 0;
  const device = new Uart16550({
    irq: world.irq,
    sink: world.sink,
    note: world.note,
    onRoom: () => {
      rooms++;
    },
  });
  const actions = {
    type: (n: number) => {
      device.receive(Uint8Array.from({ length: n % 20 }, (_, i) => n + i));
    },
    block: () => {
      world.room = 0;
    },
    unblock: (n: number) => {
      world.room = n % 8;
      device.resume();
    },
  };
  return { device, world, actions, rooms: () => rooms };
}

const text = (bytes: string) => Uint8Array.from(bytes, (char) => char.charCodeAt(0));

describeDevice('uart', { windowSize: 0x100, registers: [0, 1, 2, 3, 4, 5, 6, 7], values: [1, 7, 0xc1, 0x10] }, make);

describe('uart', () => {
  it('sends at once while the sink has room', () => {
    const { device, world } = make();
    for (const byte of text('hello')) {
      expect(device.read(LSR, 1)).toBe(0x60);
      device.write(THR, 1, byte);
    }
    expect(world.sent).toEqual([...text('hello')]);
  });

  it('holds 16 bytes for a sink without room, then is not ready, and loses what is sent all the same', () => {
    const { device, world } = make();
    device.write(FCR, 1, 1);
    world.room = 0;
    for (let i = 0; i < 17; i++) {
      device.write(THR, 1, i);
      expect(device.read(LSR, 1) & 0x60).toBe(0);
    }
    expect(world.notes).toHaveLength(1);
    world.room = 10;
    device.resume();
    expect(device.read(LSR, 1) & 0x60).toBe(0);
    world.room = 100;
    device.resume();
    expect(device.read(LSR, 1) & 0x60).toBe(0x60);
    expect(world.sent).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  it('raises the transmitter interrupt when enabled, until IIR is read or a byte is written', () => {
    const { device, world } = make();
    device.write(IER, 1, 2);
    expect(world.irqLevel).toBe(true);
    expect(device.read(IIR, 1)).toBe(0x02);
    expect(device.read(IIR, 1)).toBe(0x01);
    expect(world.irqLevel).toBe(false);
    world.room = 0;
    device.write(THR, 1, 65);
    expect(world.irqLevel).toBe(false);
    world.room = 1;
    device.resume();
    expect(world.irqLevel).toBe(true);
  });

  it('receives up to the size of its FIFO and says when there is room', () => {
    const { device, rooms } = make();
    expect(device.receive(text('ab'))).toBe(1);
    expect(rooms()).toBe(0);
    expect(device.read(RBR, 1)).toBe(97);
    expect(rooms()).toBe(1);
    device.write(FCR, 1, 1);
    expect(device.receive(new Uint8Array(20))).toBe(16);
    expect(device.receive(new Uint8Array(4))).toBe(0);
    expect(device.read(LSR, 1) & 1).toBe(1);
    for (let i = 0; i < 16; i++) device.read(RBR, 1);
    expect(rooms()).toBe(2);
    expect(device.read(LSR, 1) & 1).toBe(0);
    expect(device.read(RBR, 1)).toBe(0);
  });

  it('tells data at the trigger level from data that timed out below it', () => {
    const { device, world } = make();
    device.write(FCR, 1, 0x81);
    device.write(IER, 1, 1);
    device.receive(text('1234567'));
    expect(device.read(IIR, 1)).toBe(0xcc);
    device.receive(text('8'));
    expect(device.read(IIR, 1)).toBe(0xc4);
    for (let i = 0; i < 8; i++) {
      expect(world.irqLevel).toBe(true);
      device.read(RBR, 1);
    }
    expect(world.irqLevel).toBe(false);
  });

  it('reports the interrupt of highest priority first', () => {
    const { device } = make();
    device.write(IER, 1, 0xf);
    device.write(MCR, 1, 0x10);
    device.write(THR, 1, 1);
    device.write(THR, 1, 2);
    expect(device.read(IIR, 1)).toBe(0x06);
    expect(device.read(LSR, 1) & 2).toBe(2);
    expect(device.read(IIR, 1)).toBe(0x04);
    expect(device.read(RBR, 1)).toBe(1);
    expect(device.read(IIR, 1)).toBe(0x02);
    expect(device.read(IIR, 1)).toBe(0x00);
    device.read(MSR, 1);
    expect(device.read(IIR, 1)).toBe(0x01);
  });

  it('empties the FIFOs when they are reset or switched', () => {
    const { device, world } = make();
    device.write(FCR, 1, 1);
    device.receive(text('abc'));
    device.write(FCR, 1, 3);
    expect(device.read(LSR, 1) & 1).toBe(0);
    world.room = 0;
    device.write(THR, 1, 1);
    device.write(FCR, 1, 5);
    expect(device.read(LSR, 1)).toBe(0x60);
    device.receive(text('abc'));
    device.write(FCR, 1, 0);
    expect(device.read(LSR, 1) & 1).toBe(0);
  });

  it('shows the divisor latch behind DLAB, and nothing reaches the line through it', () => {
    const { device, world } = make();
    device.write(LCR, 1, 0x83);
    device.write(THR, 1, 0x34);
    device.write(IER, 1, 0x12);
    expect([device.read(RBR, 1), device.read(IER, 1)]).toEqual([0x34, 0x12]);
    device.write(LCR, 1, 3);
    expect([device.read(RBR, 1), device.read(IER, 1)]).toEqual([0, 0]);
    expect(world.sent).toEqual([]);
  });

  it('loops back data and modem lines, as Linux probes for', () => {
    const { device, world } = make();
    device.write(MCR, 1, 0x10 | 0x08 | 0x02);
    expect(device.read(MSR, 1) & 0xf0).toBe(0x90);
    expect(device.receive(text('x'))).toBe(0);
    device.write(THR, 1, 0x42);
    expect(device.read(RBR, 1)).toBe(0x42);
    expect(world.sent).toEqual([]);
    device.write(MCR, 1, 0);
    expect(device.read(MSR, 1) & 0xf0).toBe(0xb0);
  });

  it('has a scratch register', () => {
    const { device } = make();
    device.write(SCR, 1, 0xa5);
    expect(device.read(SCR, 1)).toBe(0xa5);
  });
});
