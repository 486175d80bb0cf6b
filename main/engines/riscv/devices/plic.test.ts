import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { HARTS_BASE, PLIC_BASE, PLIC_SIZE } from '../memory/layout.ts';
import { HartLines } from './hart-lines.ts';
import { Plic } from './plic.ts';
import { describeDevice, TestWorld } from './suite.ts';

const HARTS = 2;
const S0 = 1;
const M1 = 2;
const enable = (context: number, source = 0) => 0x2000 + 0x80 * context + 4 * (source >> 5);
const threshold = (context: number) => 0x20_0000 + 0x1000 * context;
const claim = (context: number) => threshold(context) + 4;

function make() {
  const memory = { buffer: new SharedArrayBuffer(HARTS_BASE) };
  const lines = new HartLines(memory);
  const device = new Plic({ memory, harts: HARTS, lines });
  const actions = {
    raise: (n: number) => device.line((n % 95) + 1).set(true),
    lower: (n: number) => device.line((n % 95) + 1).set(false),
  };
  const outputs = () => [0, 1].map((hart) => [lines.get(hart, 'MEIP'), lines.get(hart, 'SEIP')]);
  return { device, world: new TestWorld(), memory, lines, actions, outputs };
}

/** Priority 1 for `source`, and enabled for `context`. */
function open(device: Plic, context: number, source: number, priority = 1): void {
  device.write(4 * source, 4, priority);
  const word = enable(context, source);
  device.write(word, 4, device.read(word, 4) | (1 << (source & 31)));
}

const registers = [4, 8, 40, 0x80, 0x17c, 0x1000, 0x1008, enable(0), enable(1), enable(3) + 8]
  .concat([0, 1, 2, 3].map(threshold))
  .concat([0, 1, 2, 3].map(claim));
describeDevice('plic', { windowSize: Plic.windowSize, registers, values: [1, 2, 10, 0xffff_ffff] }, make);

describe('plic', () => {
  it('delivers to the mode of the hart that the context stands for, until claimed', () => {
    const { device, lines, outputs } = make();
    open(device, S0, 10);
    device.line(10).set(true);
    expect(outputs()).toEqual([
      [false, true],
      [false, false],
    ]);
    open(device, M1, 10);
    expect(lines.get(1, 'MEIP')).toBe(true);
    expect(device.read(0x1000, 4)).toBe(1 << 10);
    expect(device.read(claim(S0), 4)).toBe(10);
    expect(device.read(claim(M1), 4)).toBe(0);
    expect(device.read(0x1000, 4)).toBe(0);
    expect(outputs()).toEqual([
      [false, false],
      [false, false],
    ]);
  });

  it('is pending again after completion while the wire is high, and not when it fell', () => {
    const { device, lines } = make();
    open(device, S0, 33);
    device.line(33).set(true);
    expect(device.read(claim(S0), 4)).toBe(33);
    device.write(claim(S0), 4, 33);
    expect(lines.get(0, 'SEIP')).toBe(true);
    expect(device.read(claim(S0), 4)).toBe(33);
    device.line(33).set(false);
    device.write(claim(S0), 4, 33);
    expect(lines.get(0, 'SEIP')).toBe(false);
    device.line(33).set(true);
    device.line(33).set(false);
    expect(lines.get(0, 'SEIP')).toBe(true);
  });

  it('takes no second request of a source until the first is completed', () => {
    const { device, lines } = make();
    open(device, S0, 7);
    device.line(7).set(true);
    expect(device.read(claim(S0), 4)).toBe(7);
    device.line(7).set(false);
    device.line(7).set(true);
    expect(device.read(0x1000, 4)).toBe(0);
    expect(lines.get(0, 'SEIP')).toBe(false);
    device.write(claim(S0), 4, 7);
    expect(lines.get(0, 'SEIP')).toBe(true);
  });

  it('drives the lines of a restored state', () => {
    const { device } = make();
    open(device, S0, 7);
    device.line(7).set(true);
    const other = make();
    other.device.restore(device.snapshot());
    expect(other.lines.get(0, 'SEIP')).toBe(true);
    other.device.reset();
    expect(other.lines.get(0, 'SEIP')).toBe(false);
  });

  it('ignores the completion of what is not enabled or not claimed', () => {
    const { device, lines } = make();
    open(device, S0, 5);
    device.line(5).set(true);
    device.write(claim(S0), 4, 5);
    expect(device.read(claim(S0), 4)).toBe(5);
    for (const source of [0, 6, 96, 0xffff_ffff]) device.write(claim(S0), 4, source);
    device.write(claim(M1), 4, 5);
    expect(lines.get(0, 'SEIP')).toBe(false);
    device.write(claim(S0), 4, 5);
    expect(lines.get(0, 'SEIP')).toBe(true);
  });

  it('claims by priority, then by number; the threshold only masks the line', () => {
    const { device, lines } = make();
    open(device, S0, 3, 2);
    open(device, S0, 64, 5);
    open(device, S0, 95, 5);
    open(device, S0, 7, 0);
    device.write(threshold(S0), 4, 5);
    for (const source of [3, 7, 64, 95]) device.line(source).set(true);
    expect(lines.get(0, 'SEIP')).toBe(false);
    device.write(threshold(S0), 4, 4);
    expect(lines.get(0, 'SEIP')).toBe(true);
    device.write(threshold(S0), 4, 7);
    expect([0, 0, 0, 0].map(() => device.read(claim(S0), 4))).toEqual([64, 95, 3, 0]);
  });

  it('legalizes what is written', () => {
    const { device } = make();
    device.write(4, 4, 0xffff_ffff);
    device.write(0, 4, 7);
    device.write(threshold(0), 4, 0xff);
    device.write(enable(0), 4, 0xffff_ffff);
    device.write(0x1000, 4, 0xffff_ffff);
    expect([4, 0, threshold(0), enable(0), 0x1000].map((offset) => device.read(offset, 4))).toEqual([
      7, 0, 7, 0xffff_fffe, 0,
    ]);
  });

  it('stays within its part of memory', () => {
    const memory = { buffer: new SharedArrayBuffer(HARTS_BASE) };
    const device = new Plic({ memory, harts: 8, lines: new HartLines(memory) });
    for (let source = 1; source < 96; source++) device.line(source).set(true);
    for (let context = 0; context < 16; context++) {
      for (let source = 0; source < 96; source++) open(device, context, source, 7);
      device.write(threshold(context), 4, 7);
      for (let i = 0; i < 3; i++) device.read(claim(context), 4);
    }
    expect(new Uint8Array(memory.buffer, PLIC_BASE + PLIC_SIZE).every((byte) => byte === 0)).toBe(true);
    expect(() => device.line(0)).toThrow('No source 0');
    expect(() => device.line(96)).toThrow('No source 96');
  });

  it('gives each interrupt to one of the threads that claim at once', { timeout: 30_000 }, async () => {
    const { device, memory } = make();
    const sources = 64;
    const rounds = 200;
    for (let source = 1; source <= sources; source++) {
      open(device, 1, source);
      open(device, 3, source);
    }
    // A hart thread in miniature: claims and completes what is pending until the last word of memory says stop.
    const program = `
      const { workerData } = require('node:worker_threads');
      (async () => {
        const { Plic } = await import(workerData.plic);
        const { HartLines } = await import(workerData.lines);
        const { memory, claim, counts, stop } = workerData;
        const plic = new Plic({ memory, harts: 2, lines: new HartLines(memory) });
        const words = new Int32Array(counts.buffer);
        const wires = Array.from({ length: 96 }, (_, source) => source > 0 && plic.line(source));
        while (Atomics.load(words, stop) === 0) {
          const source = plic.read(claim, 4);
          if (source === 0) { Atomics.wait(words, stop, 0, 1); continue; }
          wires[source].set(false);
          Atomics.add(words, source, 1);
          Atomics.notify(words, source);
          plic.write(claim, 4, source);
        }
      })();`;
    const counts = { buffer: new SharedArrayBuffer(4 * 97) };
    const words = new Int32Array(counts.buffer);
    const modules = {
      plic: new URL('./plic.ts', import.meta.url).href,
      lines: new URL('./hart-lines.ts', import.meta.url).href,
    };
    const workers = [1, 3].map(
      (context) =>
        new Worker(program, {
          eval: true,
          workerData: { ...modules, memory, claim: claim(context), counts, stop: 96 },
        }),
    );
    const wires = Array.from({ length: sources }, (_, i) => device.line(i + 1));
    for (let round = 0; round < rounds; round++) {
      for (const wire of wires) wire.set(true);
      for (let source = 1; source <= sources; source++) {
        while (Atomics.load(words, source) <= round) {
          const waited = Atomics.waitAsync(words, source, round, 10_000);
          if (waited.async) expect(await waited.value).not.toBe('timed-out');
        }
      }
    }
    Atomics.store(words, 96, 1);
    await Promise.all(workers.map((worker) => new Promise((done) => worker.once('exit', done))));
    expect([...words.slice(1, sources + 1)]).toEqual(Array.from({ length: sources }, () => rounds));
  });
});
