/** Progress and failures of set-up. All of it goes to stderr: stdout belongs to the program that is being set up. */

/** A failure that the user can act on: one sentence, and what to do next. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} nextStep
   */
  constructor(message, nextStep) {
    super(message);
    this.name = 'SetupError';
    this.nextStep = nextStep;
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`[set-up] ${line}\n`);
}

/**
 * Prints a failure: a sentence and a next step for a `SetupError`, a stack for a bug.
 * @param {unknown} error
 */
export function sayError(error) {
  if (error instanceof SetupError) process.stderr.write(`\n${error.message}\n  ${error.nextStep}\n`);
  else process.stderr.write(`\n${error instanceof Error ? error.stack : String(error)}\n`);
}

/**
 * Runs `main` and ends the process with the exit status that it answers, or with 1 when it throws.
 * @param {() => Promise<number>} main
 */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    sayError(error);
    process.exitCode = 1;
  }
}
