import { beforeEach, describe, expect, it } from 'vitest';
import { addi, asm } from '../../../../../tests/fixtures/assemble.ts';
import { debugMachine, START } from '../../../../../tests/fixtures/debug-machine.ts';
import { readMemory, writeMemory } from '../address-space.ts';
import type { DebugMachine } from '../machine.ts';
import { GdbSession, type GdbTarget } from './session.ts';

const A0 = 10;
/** Counts in a0, for ever. */
const PROGRAM = [addi(A0, A0, 1), addi(A0, A0, 1), asm('jal', { rd: 0, imm: -8 })];

let machine: DebugMachine;
let session: GdbSession;
let answers: string[];
let happened: string[];

beforeEach(() => {
  machine = debugMachine(PROGRAM, { harts: 2, clock: 'wall' });
  answers = [];
  happened = [];
  const target: GdbTarget = {
    get harts() {
      return machine.harts;
    },
    describe: (hart) => `hart ${hart}`,
    readMemory: (_, address, length) => readMemory(machine.harts[0]!, machine.ram, address, length),
    writeMemory: (_, address, bytes) => writeMemory(machine.harts[0]!, machine.ram, address, bytes),
    setBreakpoint: (address, set) => void happened.push(`${set ? 'set' : 'clear'} ${address.toString(16)}`),
    resume: () => void happened.push('resume'),
    interrupt: () => void happened.push('interrupt'),
    step: (hart) => machine.step(hart),
    reset: () => machine.reset(),
    detach: () => void happened.push('detach'),
    kill: () => void happened.push('kill'),
  };
  session = new GdbSession(target, (payload) => answers.push(payload));
});

/** The answer to a packet; undefined if there is none. */
function ask(payload: string): string | undefined {
  answers = [];
  session.handle(payload);
  expect(answers.length).toBeLessThan(2);
  return answers[0];
}

describe('GdbSession', () => {
  it('tells what it can do, and that the machine stands', () => {
    expect(ask('qSupported:multiprocess+;swbreak+')).toContain('qXfer:features:read+');
    expect(ask('?')).toBe('T05thread:1;');
    expect(ask('qAttached')).toBe('1');
  });

  it('answers what it does not know with nothing', () => {
    for (const packet of ['vMustReplyEmpty', 'qTStatus', 'Z2,80000000,4', '!', '']) expect(ask(packet)).toBe('');
  });

  it('reads and writes registers', () => {
    expect(ask('Pa=8877665544332211')).toBe('OK');
    expect(machine.harts[0]?.x(A0)).toBe(0x1122334455667788n);
    expect(ask('pa')).toBe('8877665544332211');
    expect(ask('p20')).toBe('0000008000000000');
    const general = ask('g') ?? '';
    expect(general).toHaveLength(33 * 16);
    expect(general.slice(16 * A0, 16 * A0 + 16)).toBe('8877665544332211');
    expect(ask(`G${general.replace('8877665544332211', '0100000000000000')}`)).toBe('OK');
    expect(machine.harts[0]?.x(A0)).toBe(1n);
  });

  it('refuses registers that do not exist, or cannot be written, or not like that', () => {
    for (const packet of ['pffff', 'P1000=00', 'Pa=00', 'Pa=zz', 'G00', 'p']) expect(ask(packet)).toBe('E16');
    // misa
    expect(ask(`P${(65 + 0x301).toString(16)}=0000000000000000`)).toBe('E16');
  });

  it('reads and writes memory, where there is any', () => {
    expect(ask('m80000000,4')).toBe(Buffer.from(Uint32Array.of(PROGRAM[0] ?? 0).buffer).toString('hex'));
    expect(ask('M80001000,2:abcd')).toBe('OK');
    expect(ask('X80001002,2:\x01}')).toBe('OK');
    expect(ask('m80001000,4')).toBe('abcd017d');
    // The end of RAM: as much as there is.
    expect(ask('m803ffffe,8')).toBe('0000');
    expect(ask('m0,4')).toBe('E0e');
    expect(ask('M0,1:00')).toBe('E0e');
    for (const packet of ['m', 'm80000000', 'mxyz,4', 'M80000000,2:00', 'M80000000']) expect(ask(packet)).toBe('E16');
  });

  it('steps the hart that it is told to', () => {
    expect(ask('s')).toBe('T05thread:1;');
    expect(machine.harts.map((hart) => hart.x(A0))).toEqual([1n, 1n]);
    expect(ask('vCont;s:2;c')).toBe('T05thread:2;');
    expect(machine.harts.map((hart) => hart.x(A0))).toEqual([1n, 2n]);
    expect(ask('Hg1')).toBe('OK');
    expect(ask('pa')).toBe('0100000000000000');
    expect(ask('s80000000')).toBe('T05thread:1;');
    expect(machine.harts[0]?.get('pc')).toBe(START + 4n);
  });

  it('knows its threads', () => {
    expect(ask('qfThreadInfo')).toBe('m1,2');
    expect(ask('qsThreadInfo')).toBe('l');
    expect(ask('qThreadExtraInfo,2')).toBe(Buffer.from('hart 1').toString('hex'));
    expect([ask('T2'), ask('T3'), ask('Hg3'), ask('Hg0'), ask('Hc-1')]).toEqual(['OK', 'E16', 'E16', 'OK', 'OK']);
  });

  it('says nothing while the machine runs, but what stopped it', () => {
    expect(ask('vCont;c')).toBeUndefined();
    expect(ask('g')).toBeUndefined();
    session.interrupt();
    session.interrupted();
    expect(happened).toEqual(['resume', 'interrupt']);
    expect(answers).toEqual(['T02thread:1;']);
    expect(ask('c')).toBeUndefined();
    session.stopped({ kind: 'breakpoint', hart: 1 });
    expect(answers).toEqual(['T05hwbreak:;thread:2;']);
    expect(ask('qC')).toBe('QC2');
    ask('c');
    session.stopped({ kind: 'powered-off', code: 0x100 });
    expect(answers).toEqual(['Wff']);
  });

  it('sets and clears breakpoints of both kinds', () => {
    expect([ask('Z0,80000004,4'), ask('Z1,ffffffff80000000,2'), ask('z0,80000004,4')]).toEqual(['OK', 'OK', 'OK']);
    expect(happened).toEqual(['set 80000004', 'set ffffffff80000000', 'clear 80000004']);
  });

  it('describes the target in pieces of any size', () => {
    let text = '';
    for (;;) {
      const part = ask(`qXfer:features:read:target.xml:${text.length.toString(16)},1f`) ?? '';
      text += part.slice(1);
      if (part.startsWith('l')) break;
      expect(part[0]).toBe('m');
    }
    expect(text).toContain('<architecture>riscv:rv64</architecture>');
    for (const [name, number] of [
      ['zero', 0],
      ['pc', 32],
      ['ft0', 33],
      ['satp', 65 + 0x180],
    ]) {
      expect(text).toContain(`<reg name="${name}" bitsize="64" regnum="${number}"`);
    }
  });

  it('resets on request, and leaves in both ways', () => {
    ask('s');
    const command = Buffer.from('reset').toString('hex');
    expect(Buffer.from(ask(`qRcmd,${command}`) ?? '', 'hex').toString()).toContain('first instruction');
    expect(machine.harts[0]?.get('pc')).toBe(START);
    expect(ask('D')).toBe('OK');
    expect(ask('k')).toBeUndefined();
    expect(happened).toEqual(['detach', 'kill']);
  });

  it('stops acknowledging when asked to', () => {
    expect(session.acknowledges).toBe(true);
    expect(ask('QStartNoAckMode')).toBe('OK');
    expect(session.acknowledges).toBe(false);
  });
});
