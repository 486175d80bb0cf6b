/** Keeps a debug machine running without keeping the process from its input and output. */
import type { DebugMachine, Stop } from './machine.ts';

/** Instructions of each hart between looks at what came in: some 10 ms. */
const BATCH = 500_000;
/** Milliseconds between looks while all harts are idle for longer. */
const LONGEST_WAIT = 10;

export class RunLoop {
  readonly #machine: DebugMachine;
  /** Settles when the machine has stopped. Undefined while it stands. */
  #run: Promise<Stop | undefined> | undefined;
  #goOn = false;

  constructor(machine: DebugMachine) {
    this.#machine = machine;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Runs until something stops the machine, which is the answer, or `halt` is called: then it is undefined. */
  resume(): Promise<Stop | undefined> {
    this.#run ??= this.#loop().finally(() => {
      this.#run = undefined;
    });
    return this.#run;
  }

  /** Returns when the machine stands. */
  async halt(): Promise<void> {
    this.#goOn = false;
    await this.#run;
  }

  async #loop(): Promise<Stop | undefined> {
    this.#goOn = true;
    let passing = true;
    while (this.#goOn) {
      const result = this.#machine.run(BATCH, passing);
      if (typeof result === 'object') return result;
      passing = false;
      await (typeof result === 'number'
        ? new Promise((resolve) => setTimeout(resolve, Math.min(result, LONGEST_WAIT)))
        : new Promise((resolve) => setImmediate(resolve)));
    }
    return undefined;
  }
}
