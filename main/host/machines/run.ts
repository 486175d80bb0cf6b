/** One run of a machine: from the moment it is started until all that it used is given back. */
import type { MachineSettings } from '../../../shared/contract/machine.ts';
import type { MachineEvents, MachineSpec, RunningMachine } from '../../engines/engine.ts';
import type { ConsoleHub } from '../consoles/console-hub.ts';
import type { InputTarget } from '../consoles/input.ts';
import type { EventLog } from './event-log.ts';
import { ownFilePath } from './machine-file.ts';
import { NoteLimit } from './note-limit.ts';

export class Run {
  readonly settings: MachineSettings;
  /** Settles when the run is over and the machine's state says so. */
  readonly over: Promise<void>;
  /** The operation that starts it. */
  operation: string | undefined;
  /** There once the engine has begun. */
  machine: RunningMachine | undefined;
  /** When the engine was asked, in milliseconds since 1970. */
  startedAt = 0;
  hubs: ReadonlyMap<string, ConsoleHub> = new Map();
  readonly #over = Promise.withResolvers<void>();
  #notes: NoteLimit | undefined;
  readonly #inputs = new Map<string, InputTarget>();

  constructor(settings: MachineSettings) {
    this.settings = settings;
    this.over = this.#over.promise;
  }

  isOver(): void {
    this.#over.resolve();
  }

  /** What remains to be said of notes that were left out. */
  lastNotes(): string[] {
    return this.#notes?.end() ?? [];
  }

  /** Where input for a console goes; undefined before the engine has begun. */
  inputTo(console: string): InputTarget | undefined {
    const { machine } = this;
    if (!machine) return undefined;
    let target = this.#inputs.get(console);
    if (!target) {
      target = {
        inputRoom: () => machine.inputRoom(console),
        input: (bytes) => machine.input(console, bytes),
      };
      this.#inputs.set(console, target);
    }
    return target;
  }

  /** What the engine says goes to consoles and log; `onFirstOutput` is called once. */
  events(log: EventLog, now: () => number, onFirstOutput: () => void): MachineEvents {
    this.#notes = new NoteLimit(now);
    const notes = this.#notes;
    let silent = true;
    return {
      onOutput: (console, bytes, taken) => {
        if (silent) {
          silent = false;
          onFirstOutput();
        }
        const hub = this.hubs.get(console);
        if (hub) hub.output(bytes, taken);
        else taken();
      },
      onNote: (text) => {
        for (const line of notes.lines(text)) log.add('warning', 'guest-note', line);
      },
      onReset: () => {
        log.add('info', 'restarted', 'The guest restarted itself');
        this.restarted();
      },
    };
  }

  restarted(): void {
    for (const hub of this.hubs.values()) hub.restarted();
  }

  /** What the engine is to start. `files` replaces the machine's own ones. */
  spec(folder: string, files: MachineSpec['files'] | undefined): MachineSpec {
    const { cores, memory, commandLine, consoles, transport, boot } = this.settings;
    return { cores, memory, commandLine, consoles, transport, files: files ?? ownFiles(folder, boot) };
  }
}

function ownFiles(folder: string, boot: MachineSettings['boot']): MachineSpec['files'] {
  if (boot.kind !== 'files') throw new Error('a guest of our own has no files in the folder of a machine');
  const { kernel, initrd, firmware } = boot;
  return {
    ...(kernel && { kernel: ownFilePath(folder, kernel.name) }),
    ...(initrd && { initrd: ownFilePath(folder, initrd.name) }),
    ...(firmware && { firmware: ownFilePath(folder, firmware.name) }),
  };
}
