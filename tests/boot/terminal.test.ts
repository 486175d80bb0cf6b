/** `inn try` at a terminal: the menu behind Ctrl-], the window's size, and the terminal as it was before, whatever happens. */
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { fail, finish, PASS, ProgramFolder, toolsMissing, UART } from '../fixtures/bare-metal.ts';
import { Inn, PROMPT } from '../fixtures/console.ts';

/** util-linux's `script` runs a command in a terminal of its own, and passes our pipes on. */
const missing =
  toolsMissing ??
  (spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux')
    ? undefined
    : 'the program script of util-linux not found');

const programs = new ProgramFolder();
afterAll(() => programs.remove());
beforeEach(({ skip }) => skip(missing !== undefined, missing));

let inn: Inn | undefined;
afterEach(async () => inn?.dispose());

const PATIENCE = 60_000;
/** Says that it is there, then every byte in brackets; ends at `!`. */
const ECHO = [
  ...["li a0, '@'", 'call putchar', 'loop: call getchar', 'mv s1, a0'],
  ...["li a0, '['", 'call putchar', 'mv a0, s1', 'call putchar', "li a0, ']'", 'call putchar'],
  ...["li t2, '!'", 'bne s1, t2, loop'],
  ...finish(PASS),
  ...UART,
];

/** In the terminal: what we print about it before and after. */
const INNER = `stty rows 30 cols 100
sh -c 'echo "pid <$$>"; exec "$@"' sh "$@"
echo "status <$?>"
stty -a
`;

/** Runs our program in a terminal; then its exit status is shown, and how the terminal is set. */
function launch(...args: string[]): Inn {
  const inner = programs.text('inner.sh', INNER);
  // Arguments without spaces, so that no quoting is needed.
  const outer = programs.text('outer.sh', `exec script -q -e -c "sh ${inner} $*" /dev/null\n`);
  inn = Inn.launch(args, { around: ['sh', outer] });
  return inn;
}

const launchProgram = (file: string) => launch('try', '--bios', file, '--memory', '16M');

/** What remains to be seen when our program has ended: the status, and the terminal as people want it. */
async function expectEnd(running: Inn, status: number): Promise<void> {
  await running.expect(new RegExp(`status <${status}>`), PATIENCE);
  await running.expect(/[^-]icanon/, PATIENCE);
  await running.expect(/[^-]echo\b/, PATIENCE);
}

test('every key but one is the guest s; the menu does what it says', async () => {
  const running = launchProgram(programs.raw('echo', ECHO));
  await running.expect(/Ctrl-\] opens a menu/);
  await running.expect(/@/);
  // Ctrl-C, Ctrl-Z, Ctrl-D and Return as they are.
  for (const key of ['a', '\x03', '\x1a', '\x04', '\r']) {
    running.type(key);
    await running.expect(new RegExp(`\\[${key}\\]`), PATIENCE);
  }
  running.type('\x1d\x1d');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Ctrl-] is one
  await running.expect(/\[\x1d\]/, PATIENCE);
  running.type('\x1d');
  await running.expect(/q power off/, PATIENCE);
  running.type('s');
  await running.expect(/core 0: running, [\d.]+ M instructions/, PATIENCE);
  running.type('\x1dp');
  await running.expect(/paused/, PATIENCE);
  running.type('x\x1dp');
  await running.expect(/\[x\]/, PATIENCE);
  running.type('\x1dr');
  await running.expect(/@/, PATIENCE);
  running.type('\x1dq');
  await expectEnd(running, 0);
});

test('the terminal is as before when the guest ends, and what the guest switched on is off', async () => {
  // The alternate screen, and no cursor.
  const text = '\x1b[?1049h\x1b[?25lhere';
  const print = [
    'la s0, text',
    '1: lbu a0, 0(s0)',
    'beqz a0, 4f',
    'call putchar',
    'addi s0, s0, 1',
    'j 1b',
    '4: call getchar',
  ];
  const bytes = [...Buffer.from(text), 0].join(', ');
  const source = [...print, ...finish(fail(3)), ...UART, `text: .byte ${bytes}`];
  const running = launchProgram(programs.raw('screen', source));
  await running.expect(/here/, PATIENCE);
  running.type('x');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences
  await running.expect(/\x1b\[\?1049l.*\x1b\[\?25h.*\x1b\[0m/s, PATIENCE);
  await expectEnd(running, 3);
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('the terminal is as before after a %s', async (signal, status) => {
  const running = launchProgram(programs.raw('echo', ECHO));
  const pid = Number((await running.expect(/pid <(\d+)>/, PATIENCE))[1]);
  await running.expect(/@/, PATIENCE);
  process.kill(pid, signal);
  await expectEnd(running, status);
});

test('the guest knows the size of the terminal, also when it changes', async () => {
  const running = launch('try', '--kernel', 'small');
  const pid = Number((await running.expect(/pid <(\d+)>/, PATIENCE))[1]);
  await running.expect(PROMPT);
  running.type('stty size\n');
  await running.expect(/30 100\r/);
  spawnSync('sh', ['-c', `stty rows 41 cols 132 </proc/${pid}/fd/0`]);
  // The signal has to reach us, and the news the guest.
  for (let attempt = 0; attempt < 20; attempt++) {
    running.type('stty size\n');
    const [, size] = await running.expect(/(\d+ \d+)\r/);
    if (size === '41 132') break;
    expect(attempt).toBeLessThan(19);
  }
  running.type('poweroff\n');
  await expectEnd(running, 0);
});
