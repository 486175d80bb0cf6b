import { describe, expect, it } from 'vitest';
import { MAILBOX, mailboxOf, PLIC_BASE } from '../memory/layout.ts';
import { Clint } from './clint.ts';
import { HartLines } from './hart-lines.ts';
import { describeDevice, TestWorld } from './suite.ts';

const HARTS = 3;

function make() {
  const world = new TestWorld();
  const memory = { buffer: new SharedArrayBuffer(0x10000) };
  const lines = new HartLines(memory);
  const device = new Clint({
    memory,
    harts: HARTS,
    lines,
    mtime: () => world.now / 100n,
    setMtime: (ticks) => {
      world.now = ticks * 100n;
    },
  });
  const words = new Int32Array(memory.buffer);
  /** Whether the hart was asked to look, and no more. */
  const attention = (hart: number) => Atomics.exchange(words, (mailboxOf(hart) + MAILBOX.attention) >> 2, 0) === 1;
  const outputs = () => Array.from({ length: HARTS }, (_, hart) => [lines.get(hart, 'MSIP'), attention(hart)]);
  return { device, world, memory, lines, attention, outputs };
}

const registers = [0, 4, 8, 12, 0x4000, 0x4004, 0x4008, 0x4014, 0x4018, 0xbff8, 0xbffc];
describeDevice('clint', { windowSize: Clint.windowSize, registers }, make);

describe('clint', () => {
  it('never is due after a reset', () => {
    const { device } = make();
    device.reset();
    expect(device.read(0x4000, 4)).toBe(0xffff_ffff);
    expect(device.read(0x4014, 4)).toBe(0xffff_ffff);
  });

  it('drives the MSIP line of the hart, and asks it to look at that', () => {
    const { device, lines, attention } = make();
    device.write(4, 4, 0xffff_fffe);
    expect(attention(1)).toBe(false);
    device.write(4, 4, 0xffff_ffff);
    expect([lines.get(0, 'MSIP'), lines.get(1, 'MSIP'), lines.get(2, 'MSIP')]).toEqual([false, true, false]);
    expect([attention(0), attention(1)]).toEqual([false, true]);
    expect([device.read(0, 4), device.read(4, 4)]).toEqual([0, 1]);
    device.write(4, 4, 0);
    expect(lines.get(1, 'MSIP')).toBe(false);
  });

  it('keeps mtimecmp in two halves, and has the hart look at its deadline', () => {
    const { device, attention } = make();
    device.reset();
    attention(2);
    device.write(0x4010, 4, 0x89ab_cdef);
    expect(attention(2)).toBe(true);
    device.write(0x4014, 4, 0x0123_4567);
    expect(attention(2)).toBe(true);
    expect(device.snapshot().mtimecmp[2]).toBe(0x0123_4567_89ab_cdefn);
    expect([device.read(0x4010, 4), device.read(0x4014, 4)]).toEqual([0x89ab_cdef, 0x0123_4567]);
  });

  it('shows mtime and lets it be set', () => {
    const { device, world } = make();
    world.now = 0x5_0000_0003n * 100n;
    expect([device.read(0xbff8, 4), device.read(0xbffc, 4)]).toEqual([3, 5]);
    device.write(0xbff8, 4, 0);
    device.write(0xbffc, 4, 9);
    expect(world.now).toBe((9n << 32n) * 100n);
  });

  it('has no registers of harts that are not there, and stays within its part of memory', () => {
    const { device, memory } = make();
    for (let offset = 0; offset < Clint.windowSize; offset += 4) device.write(offset, 4, 0xffff_ffff);
    expect(device.read(12, 4)).toBe(0);
    expect(device.read(0x4018, 4)).toBe(0);
    expect(new Uint8Array(memory.buffer, PLIC_BASE, 0x1000).every((byte) => byte === 0)).toBe(true);
  });
});
