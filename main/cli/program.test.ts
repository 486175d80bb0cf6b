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

/** Help of each command of machines and of the host. */
async function helpOf(command: string): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  await runProgram([...command.split(' ').filter(Boolean), '--help'], commands);
  write.mockRestore();
  return text;
}

const MACHINE_COMMANDS = [
  ...['ls', 'create', 'show', 'set', 'start', 'stop', 'pause', 'resume', 'reset', 'discard', 'clone', 'rm', 'restore'],
  ...['trash', 'console', 'logs', 'serve', 'events', 'top', 'doctor', 'host status', 'host stop', 'host restart'],
];

describe('the help', () => {
  test.each([...MACHINE_COMMANDS, 'completion'])('of `inn %s` has an example that calls it', async (command) => {
    expect(await helpOf(command)).toMatch(new RegExp(`^Examples:\\n(?: {2}.*\\n)*? {2}.*\\binn ${command}\\b`, 'm'));
  });

  test.each(MACHINE_COMMANDS.filter((command) => command !== 'console'))('of `inn %s` has --json', async (command) => {
    expect(await helpOf(command)).toContain('--json');
  });

  test('lists the exit statuses', async () => {
    expect(await helpOf('')).toMatch(/^Exit status:/m);
  });
});

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
