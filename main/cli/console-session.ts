/**
 * A machine's console at the user's terminal: passes bytes both ways without losing any, and does what the menu says.
 * While the menu is open the guest's output waits, so that the menu stays readable.
 */
import { ConsoleMenu, MENU_TEXT, type MenuCommand } from './console-menu.ts';

/** What a session needs of `Machine`. */
export interface ConsoleMachine {
  input(bytes: Uint8Array): void;
  inputRoom(): boolean;
  pause(): Promise<void>;
  resume(): void;
  reset(): Promise<void>;
  powerOff(): Promise<void>;
  statistics(): MachineStatistics;
}

export interface MachineStatistics {
  readonly harts: readonly { readonly steps: bigint; readonly cpuMs: number; readonly state: string }[];
}

export interface SessionTerminal {
  write(bytes: Uint8Array, written: () => void): void;
  pauseInput(): void;
  resumeInput(): void;
}

export interface SessionOptions {
  readonly terminal: SessionTerminal;
  /** Whether Ctrl-] opens the menu; without, every byte is the guest's. */
  readonly menu: boolean;
  /** Writes a remark of ours, apart from the guest's output. Lines end with `\r\n`, for the terminal is raw. */
  say(text: string): void;
  /** A command of the menu failed: a bug. */
  onError(error: unknown): void;
}

/** Milliseconds after which a full console is offered input again. */
const INPUT_RETRY_MS = 10;
/** Bytes offered at once, so that a large paste does not fill the queue in one go. */
const INPUT_CHUNK = 1024;

export class ConsoleSession {
  readonly #options: SessionOptions;
  readonly #menu = new ConsoleMenu();
  #machine: ConsoleMachine | undefined;
  #paused = false;
  /** Typed, and not yet taken by the machine. */
  #typed: Uint8Array[] = [];
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Output that waits for the menu to close. */
  #held: { bytes: Uint8Array; taken: () => void }[] = [];

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The machine is there; what was typed before goes to it now. */
  attach(machine: ConsoleMachine): void {
    this.#machine = machine;
    this.#pump();
  }

  /** No more input: the machine has ended. What it wrote is shown even if the menu is open. */
  detach(): void {
    clearTimeout(this.#retry);
    this.#machine = undefined;
    this.#typed = [];
    this.#release();
  }

  output(bytes: Uint8Array, taken: () => void): void {
    if (this.#menu.isOpen) this.#held.push({ bytes, taken });
    else this.#options.terminal.write(bytes, taken);
  }

  typed(bytes: Uint8Array): void {
    if (!this.#options.menu) {
      this.#typed.push(bytes);
    } else {
      for (const action of this.#menu.feed(bytes)) {
        if (action.kind === 'send') this.#typed.push(action.bytes);
        else if (action.kind === 'open') this.#options.say(`\r\n${MENU_TEXT}`);
        else if (action.kind === 'close') this.#options.say('\r\n');
        else this.#do(action.command);
      }
      if (!this.#menu.isOpen) this.#release();
    }
    this.#pump();
  }

  #release(): void {
    for (const { bytes, taken } of this.#held.splice(0)) this.#options.terminal.write(bytes, taken);
  }

  #pump(): void {
    clearTimeout(this.#retry);
    for (;;) {
      const next = this.#typed[0];
      if (next === undefined) {
        this.#options.terminal.resumeInput();
        return;
      }
      if (!this.#machine?.inputRoom()) break;
      this.#machine.input(next.slice(0, INPUT_CHUNK));
      if (next.length > INPUT_CHUNK) this.#typed[0] = next.subarray(INPUT_CHUNK);
      else this.#typed.shift();
    }
    // The menu must stay within reach of whoever types into a guest that takes nothing.
    if (!this.#options.menu) this.#options.terminal.pauseInput();
    if (this.#machine) this.#retry = setTimeout(() => this.#pump(), INPUT_RETRY_MS);
  }

  #do(command: MenuCommand): void {
    const machine = this.#machine;
    if (!machine) return;
    const { say, onError } = this.#options;
    switch (command) {
      case 'reset':
        this.#paused = false;
        machine.reset().catch(onError);
        break;
      case 'power-off':
        machine.powerOff().catch(onError);
        break;
      case 'toggle-pause':
        this.#paused = !this.#paused;
        if (this.#paused) {
          say('inn: paused; Ctrl-] p resumes\r\n');
          machine.pause().catch(onError);
        } else {
          machine.resume();
        }
        break;
      case 'statistics':
        say(statisticsText(machine.statistics()));
        break;
    }
  }
}

export function statisticsText({ harts }: MachineStatistics): string {
  return harts
    .map(({ steps, cpuMs, state }, hart) => {
      const rate = cpuMs > 0 ? `, ${(Number(steps) / cpuMs / 1000).toFixed(0)} M/s` : '';
      const seconds = (cpuMs / 1000).toFixed(1);
      return `inn: core ${hart}: ${state}, ${(Number(steps) / 1e6).toFixed(1)} M instructions, ${seconds} s CPU${rate}\r\n`;
    })
    .join('');
}
