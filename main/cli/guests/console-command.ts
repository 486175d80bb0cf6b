/** `inn console`: a console of a machine in the current terminal, until Ctrl-] q, or the machine ends. */
import type { Command } from 'commander';
import { InnError } from '../../../shared/base/errors.ts';
import { MAX_CONSOLE_INPUT } from '../../../shared/contract/limits.ts';
import { ALIVE_STATES } from '../../../shared/contract/machine.ts';
import { Terminal } from '../terminal.ts';
import { DetachKey } from './detach-key.ts';
import type { Act, Door } from './door.ts';
import { findMachine } from './each.ts';

export function consoleCommand(program: Command, act: Act): void {
  program
    .command('console')
    .argument('<name>', 'a machine')
    .argument('[console]', 'one of its consoles, such as hvc1 or ttyS0 (default: the first)')
    .description('Connect this terminal to a console; Ctrl-] leaves it, and the machine runs on')
    .option('--no-history', 'do not show what the console said before')
    .addHelpText(
      'after',
      '\nWhere input is a file or a pipe, it is typed, and the console is left once it has been quiet for a second.' +
        '\n\nExamples:\n  inn console web\n  echo uname -a | inn console web hvc1',
    )
    .action((name: string, id: string | undefined, words: { history: boolean }) =>
      act((door) => attach(door, name, id, words.history), {}),
    );
}

async function attach(door: Door, name: string, wanted: string | undefined, history: boolean): Promise<void> {
  const { client, output } = door;
  const machine = await findMachine(door, name);
  const ids = machine.consoles.map(({ id }) => id);
  const console = wanted ?? ids[0];
  if (console === undefined || !ids.includes(console)) {
    throw new InnError(`${machine.settings.name} has no console "${wanted ?? ''}"`, {
      code: 'console-not-found',
      nextStep: `It has: ${ids.join(', ')}.`,
    });
  }
  if (!ALIVE_STATES.has(machine.state)) {
    throw new InnError(`${machine.settings.name} does not run`, {
      code: 'wrong-state',
      nextStep: `Start it with \`inn start ${machine.settings.name}\`.`,
    });
  }
  const at = { id: machine.id, console };
  const leave = new AbortController();
  const terminal = new Terminal();
  const keys = new DetachKey();
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    leave.abort();
  };
  /** Input goes in order, each piece once the one before was taken. */
  let sending: Promise<unknown> = Promise.resolve();
  const send = (bytes: Uint8Array) => {
    for (let from = 0; from < bytes.length; from += MAX_CONSOLE_INPUT) {
      const piece = bytes.slice(from, from + MAX_CONSOLE_INPUT);
      terminal.pauseInput();
      sending = sending
        .then(() => client.call('console.input', { ...at, bytes: piece }))
        .then(() => terminal.resumeInput(), fail);
    }
  };
  if (terminal.interactive) output.say(`inn: ${machine.settings.name}, ${console}. Ctrl-] leaves.\r\n`);
  terminal.open({
    onInput: (bytes) => {
      if (!terminal.interactive) send(bytes);
      else if (keys.feed(bytes, send)) leave.abort();
    },
    onResize: (columns, rows) => {
      client.call('console.resize', { ...at, columns, rows }).catch(fail);
    },
    onOutputClosed: () => leave.abort(),
  });
  let lastOutput = Date.now();
  if (!terminal.interactive) {
    process.stdin.once('end', () => {
      const leaveWhenQuiet = () => {
        if (Date.now() - lastOutput >= QUIET_MS) leave.abort();
        else setTimeout(leaveWhenQuiet, QUIET_MS / 10);
      };
      lastOutput = Date.now();
      void sending.then(leaveWhenQuiet);
    });
  }
  const ended = (async () => {
    for await (const event of client.stream('machine.watch', {}, { signal: leave.signal })) {
      const now = event.kind === 'changed' && event.machine.id === machine.id ? event.machine.state : undefined;
      if (now === 'powered-off' || now === 'aborted' || (event.kind === 'removed' && event.id === machine.id)) break;
    }
  })();
  const shown = (async () => {
    for await (const event of client.stream('console.attach', at, { signal: leave.signal })) {
      lastOutput = Date.now();
      if (event.kind === 'output' || (event.kind === 'replay' && history)) {
        await new Promise<void>((resolve) => terminal.write(event.bytes, resolve));
      } else if (event.kind === 'skipped') {
        output.say(`\r\ninn: ${event.bytes} bytes were left out: this terminal is too slow for them\r\n`);
      }
    }
  })();
  try {
    await Promise.race([ended, shown]);
    // The last words of a machine come before its end is known
    if (!leave.signal.aborted)
      await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
    leave.abort();
    await Promise.allSettled([ended, shown, sending]);
    if (failure !== undefined) throw failure;
  } finally {
    leave.abort();
    terminal.restore();
  }
  if (terminal.interactive) output.say(`\r\ninn: left ${machine.settings.name}\n`);
}

const LAST_WORDS_MS = 100;
/** How long a console says nothing before whoever typed by a pipe is taken to have had the answer. */
const QUIET_MS = 1000;
