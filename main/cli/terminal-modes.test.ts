import { describe, expect, it } from 'vitest';
import { TerminalModes } from './terminal-modes.ts';

const PLAIN = '\x1b[0m';

function undoOf(...pieces: string[]): string {
  const modes = new TerminalModes();
  for (const piece of pieces) modes.watch(Buffer.from(piece, 'latin1'));
  return modes.undo();
}

describe('TerminalModes', () => {
  it('only goes back to plain colours where nothing else was changed', () => {
    expect(undoOf()).toBe(PLAIN);
    expect(undoOf('hello\r\n', '\x1b[31mred', '\x1b[2J')).toBe(PLAIN);
  });

  it('leaves an editor', () => {
    expect(undoOf('\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b=')).toBe('\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b>\x1b[0m');
  });

  it('undoes nothing that the guest undid itself', () => {
    expect(undoOf('\x1b[?1049h', 'text', '\x1b[?1049l')).toBe(PLAIN);
    expect(undoOf('\x1b[?7l\x1b[?7h')).toBe(PLAIN);
    expect(undoOf('\x1b[?1049h\x1b=', '\x1bc')).toBe(PLAIN);
  });

  it('reads several modes in one sequence, and sequences in pieces', () => {
    expect(undoOf('\x1b[?1002;1006h')).toBe('\x1b[?1002l\x1b[?1006l\x1b[0m');
    expect(undoOf('abc\x1b', '[', '?', '10', '49h')).toBe('\x1b[?1049l\x1b[0m');
  });

  it('takes nothing unknown for a mode, and does not grow on a flood', () => {
    expect(undoOf('\x1b[?99999h\x1b[?h\x1b[?;;l')).toBe(PLAIN);
    expect(undoOf(`\x1b[?${'1;'.repeat(100_000)}`, '25l')).toBe(PLAIN);
  });
});
