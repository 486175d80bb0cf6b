/** The commands of `inn` and their options, as commander reads them. What they do is elsewhere. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { InnError } from '../../shared/base/errors.ts';
import { productVersion } from '../platform/version.ts';
import type { DisassembleWords, GdbWords, TraceWords } from './debug.ts';
import { completionFor, SHELLS, type Shell } from './guests/completion.ts';
import { consoleCommand } from './guests/console-command.ts';
import type { Act, Work } from './guests/door.ts';
import { hostCommands } from './guests/host-commands.ts';
import { lifeCommands } from './guests/life-commands.ts';
import { listCommands } from './guests/list-commands.ts';
import { watchCommands } from './guests/watch-commands.ts';
import { EXIT_STATUS } from './report.ts';
import { DEFAULT_CORES, DEFAULT_MEMORY, type TryWords } from './try-options.ts';

/** Each resolves to the exit status. */
export interface Commands {
  try(words: TryWords): Promise<number>;
  disassemble(file: string, words: DisassembleWords): Promise<number>;
  trace(words: TraceWords): Promise<number>;
  gdb(words: GdbWords): Promise<number>;
  /** Connects to the host for a command; `question` where none is to be started for it. */
  withHost(work: Work, options: { json: boolean; question: boolean }): Promise<number>;
  restartHost(machines: 'shut-down' | 'power-off', options: { json: boolean }): Promise<number>;
  serve(words: ServeWords): Promise<number>;
}

export interface ServeWords {
  readonly port?: string;
  readonly open?: boolean;
  readonly json?: boolean;
}

const STATUS_HELP = `
Exit status:
  0    done
  1    a check failed (doctor)
  2    what you can put right: a wrong option, name or file
  4    no such machine
  5    not possible in the state that the machine is in
  69   no host, or one of another version
  70   a bug, or the emulator failed
  130  cancelled

Errors go to standard error as \`error CODE: sentence\`, with what to do about it; \`--json\` changes standard output only.`;

/** Carries out a command line (without the program's own name) and resolves to the exit status. Throws what commands throw. */
export async function runProgram(args: readonly string[], commands: Commands): Promise<number> {
  let status: number = EXIT_STATUS.success;
  const run = (work: Promise<number>) =>
    work.then((result) => {
      status = result;
    });
  const program = new Command('inn')
    .description('Innkeeper: virtual machines on the computer you have')
    .version(productVersion())
    .addHelpText('after', STATUS_HELP)
    .exitOverride()
    // Errors are ours to print.
    .configureOutput({ outputError: () => {} });
  machineOptions(program.command('try'))
    .description(
      'Start a machine in this terminal: our own Linux, or a kernel, firmware or bare-metal program of yours. Its exit ' +
        'status is the code that the program gave the test finisher, 0 for a clean end, 2 for a wrong option or file, ' +
        `${EXIT_STATUS.software} if the emulator failed.`,
    )
    .option('--no-jit', 'interpret everything: slow, and the place to look first when a guest misbehaves')
    .option('--jit-sync', 'compile in the thread of the core, at once, so that runs repeat')
    .option('--jit-threshold <n>', 'jumps to an address before its code is compiled')
    .action((words: TryWords) => run(commands.try(words)));
  guestCommands(program, commands, run);
  debugCommands(program, commands, run);
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help was asked for and given; `inn` alone is told by its help what it lacks.
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return EXIT_STATUS.success;
    if (error.code === 'commander.help') return error.exitCode === 0 ? EXIT_STATUS.success : EXIT_STATUS.userError;
    const [sentence = '', hint] = error.message.replace(/^error: /, '').split('\n');
    throw new InnError(sentence, {
      code: 'usage',
      nextStep: hint ?? 'Add --help to the command to see what it takes.',
    });
  }
}

function guestCommands(program: Command, commands: Commands, run: (work: Promise<number>) => Promise<void>): void {
  const act: Act = (work, { json = false }) => run(commands.withHost(work, { json, question: false }));
  const ask: Act = (work, { json = false }) => run(commands.withHost(work, { json, question: true }));
  listCommands(program, { act, ask });
  lifeCommands(program, act);
  consoleCommand(program, act);
  watchCommands(program, act);
  program
    .command('serve')
    .description(
      'Serve the window to a browser on this computer, until Ctrl-C; prints an address that is good for one browser',
    )
    .option('-p, --port <n>', 'the TCP port on loopback; 0 for any that is free')
    .option('--open', 'open the browser')
    .option('--json', 'write addresses as JSON, one object per line')
    .addHelpText('after', '\nExamples:\n  inn serve --open\n  inn serve --port 8080')
    .action((words: ServeWords) => run(commands.serve(words)));
  hostCommands(program, {
    ask,
    restart: (machines, { json = false }) => run(commands.restartHost(machines, { json })),
  });
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'yours').choices(SHELLS))
    .description(
      'Write a script that completes commands, options and names of machines; its first line says where it goes',
    )
    .addHelpText('after', '\nExamples:\n  inn completion bash > ~/.local/share/bash-completion/completions/inn')
    .action((shell: Shell) => {
      process.stdout.write(completionFor(shell, program));
    });
}

function debugCommands(program: Command, commands: Commands, run: (work: Promise<number>) => Promise<void>): void {
  const debug = program
    .command('debug')
    .description('Look inside: for people who work on the emulator, or on what runs in it');
  debug
    .command('disassemble')
    .description('Write the instructions of a kernel, firmware or program; an ELF file says itself where it lies')
    .argument('<file>', 'a Linux Image, an ELF file or bare instructions')
    .option('--address <address>', 'where a file that is not ELF lies (default: the start of memory, 0x80000000)')
    .option('--from <address>', 'the first address to show')
    .option('--count <n>', 'how many instructions (default: all)')
    .action((file: string, words: DisassembleWords) => run(commands.disassemble(file, words)));
  machineOptions(debug.command('trace'), 'instructions')
    .description(
      'Run a machine and write each instruction, and what it changed, to stdout. The console goes to stderr, and time is ' +
        'counted in instructions unless told otherwise, so that runs repeat.',
    )
    .option('--skip <n>', 'instructions to execute unseen first', '0')
    .option('--break <address>', 'then execute unseen up to this address')
    .option('--count <n>', 'instructions to write', '1000')
    .action((words: TraceWords) => run(commands.trace(words)));
  machineOptions(debug.command('gdb'))
    .description('Run a machine under GDB, stopped at its first instruction. GDB attaches with `target remote :PORT`.')
    .option('--port <n>', 'the TCP port on loopback; 0 for any that is free', '1234')
    .action((words: GdbWords) => run(commands.gdb(words)));
}

/** The options of every command that starts a machine. */
export function machineOptions(command: Command, clock = 'wall'): Command {
  return command
    .option('-c, --cores <n>', 'how many cores, 1 to 8', DEFAULT_CORES)
    .option('-m, --memory <size>', 'how much memory, such as 512M or 2G', DEFAULT_MEMORY)
    .option(
      '-k, --kernel <file>',
      "a Linux Image or ELF file; or `stock`, Debian's kernel with our initrd (the default), or `small`, quick to start",
    )
    .option('-i, --initrd <file>', 'an initial RAM disk')
    .option('-a, --append <text>', "more for the kernel's command line")
    .option('-b, --bios <file>', 'an ELF or raw image to enter in M-mode; the console is the UART then')
    .option('-g, --guest <folder>', 'a guest folder made elsewhere, instead of building one')
    .addOption(
      new Option('--clock <kind>', 'how time passes: with the host or with instructions executed; one core then')
        .choices(['wall', 'instructions'])
        .default(clock),
    )
    .addOption(
      new Option('--transport <kind>', 'how virtio devices are attached (default: pci; mmio for `small`)').choices([
        'pci',
        'mmio',
      ]),
    );
}
