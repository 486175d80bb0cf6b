import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConsoleMachine, ConsoleSession } from './console-session.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const bytes = (words: string) => Buffer.from(words, 'latin1');

/** A machine, a terminal and what happened to them. */
function stage({ menu = true, room = Number.POSITIVE_INFINITY } = {}) {
  const happened: string[] = [];
  const state = { room, typed: '', shown: '' };
  const machine: ConsoleMachine = {
    input(chunk) {
      state.room -= chunk.length;
      state.typed += text(chunk);
    },
    inputRoom: () => state.room > 0,
    pause: async () => void happened.push('pause'),
    resume: () => void happened.push('resume'),
    reset: async () => void happened.push('reset'),
    powerOff: async () => void happened.push('power off'),
    statistics: () => ({ harts: [{ steps: 2_000_000n, cpuMs: 10, state: 'idle' }] }),
  };
  const session = new ConsoleSession({
    menu,
    terminal: {
      write(chunk, written) {
        state.shown += text(chunk);
        written();
      },
      pauseInput: () => void happened.push('hold'),
      resumeInput: () => {},
    },
    say: (words) => {
      state.shown += `<${words.trim()}>`;
    },
    onError: (error) => {
      throw error;
    },
  });
  return { session, machine, state, happened };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('ConsoleSession', () => {
  it('keeps what was typed before the machine was there', () => {
    const { session, machine, state } = stage();
    session.typed(bytes('early '));
    session.attach(machine);
    session.typed(bytes('late'));
    expect(state.typed).toBe('early late');
  });

  it('gives a large paste as the guest takes it, in order and whole', () => {
    const { session, machine, state, happened } = stage({ menu: false, room: 1 });
    session.attach(machine);
    const paste = Array.from({ length: 5000 }, (_, i) => String.fromCharCode(33 + (i % 90))).join('');
    session.typed(bytes(paste));
    expect(state.typed.length).toBeLessThan(paste.length);
    expect(happened).toEqual(['hold']);
    for (let i = 0; i < 100; i++) {
      state.room = 1;
      vi.advanceTimersByTime(20);
    }
    expect(state.typed).toBe(paste);
  });

  it('holds output while the menu is open, and says only then that it was taken', () => {
    const { session, machine, state } = stage();
    session.attach(machine);
    const taken = vi.fn();
    session.typed(bytes('\x1d'));
    session.output(bytes('guest'), taken);
    expect(state.shown).not.toContain('guest');
    expect(taken).not.toHaveBeenCalled();
    session.typed(bytes('\x1b'));
    expect(state.shown).toContain('guest');
    expect(taken).toHaveBeenCalledOnce();
  });

  it('does what the menu says', () => {
    const { session, machine, state, happened } = stage();
    session.attach(machine);
    session.typed(bytes('\x1dp'));
    session.typed(bytes('\x1dp'));
    session.typed(bytes('\x1dr\x1dq'));
    session.typed(bytes('\x1ds'));
    expect(happened).toEqual(['pause', 'resume', 'reset', 'power off']);
    expect(state.shown).toContain('2.0 M instructions, 0.0 s CPU, 200 M/s');
    expect(state.typed).toBe('');
  });

  it('stays paused only until a reset', () => {
    const { session, machine, happened } = stage();
    session.attach(machine);
    session.typed(bytes('\x1dp\x1dr\x1dp'));
    expect(happened).toEqual(['pause', 'reset', 'pause']);
  });

  it('gives Ctrl-] to the guest where there is no menu', () => {
    const { session, machine, state } = stage({ menu: false });
    session.attach(machine);
    session.typed(bytes('a\x1dq'));
    expect(state.typed).toBe('a\x1dq');
  });

  it('shows what was held when the machine ends under an open menu', () => {
    const { session, machine, state } = stage();
    session.attach(machine);
    session.typed(bytes('\x1d'));
    session.output(bytes('last words'), () => {});
    session.detach();
    expect(state.shown).toContain('last words');
  });
});
