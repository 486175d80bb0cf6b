import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Commands, runProgram } from './program.ts';

const commands: Commands = {
  try: async () => 7,
  disassemble: async () => 0,
  trace: async () => 0,
  gdb: async () => 0,
  withHost: async () => 0,
  restartHost: async () => 0,
  serve: async () => 0,
};

describe('the exit status', () => {
  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(() => void vi.restoreAllMocks());

  test('is that of the command', async () => {
    expect(await runProgram(['try'], commands)).toBe(7);
  });

  test.each([['--help'], ['help'], ['help try'], ['debug help']])(
    'is 0 for help that was asked for: %s',
    async (line) => {
      expect(await runProgram(line.split(' '), commands)).toBe(0);
    },
  );

  test.each([[''], ['debug']])('is 2 for help instead of a command that lacks: "%s"', async (line) => {
    expect(await runProgram(line.split(' ').filter(Boolean), commands)).toBe(2);
  });
});

test('what is no option has a next step', async () => {
  await expect(runProgram(['try', '--corse', '2'], commands)).rejects.toMatchObject({
    code: 'usage',
    nextStep: expect.stringContaining('--cores'),
  });
});
