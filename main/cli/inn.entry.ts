/** The command `inn`. Wiring only: commands, errors and the exit status. */
import { runProgram } from './program.ts';
import { errorText, statusOf } from './report.ts';

try {
  process.exitCode = await runProgram(process.argv.slice(2), {
    // Each command loads what it needs and no more.
    try: async (words) => (await import('./try.ts')).runTry(words),
    disassemble: async (file, words) => (await import('./debug.ts')).runDisassemble(file, words),
    trace: async (words) => (await import('./debug.ts')).runTrace(words),
    withHost: async (work, options) => (await import('./guests/connection.ts')).withHost(work, options),
    restartHost: async (machines, options) => (await import('./guests/connection.ts')).restartHost(machines, options),
    serve: async (words) => (await import('./serve.ts')).runServeCommand(words),
    gdb: async (words) => (await import('./debug.ts')).runGdb(words),
  });
} catch (error) {
  process.stderr.write(errorText(error));
  process.exitCode = statusOf(error);
}
// Standard input may still be open.
process.exit();
