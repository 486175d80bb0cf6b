/** What settings a machine may have on this computer, and those it gets where nobody says. */
import { InnError } from '../../../shared/base/errors.ts';
import { formatBytes, MiB } from '../../../shared/base/units.ts';
import { describeNameFault, MAX_NAME, MINIMUM_MEMORY, nameFault, nameKey } from '../../../shared/contract/limits.ts';
import type { MachineSettings } from '../../../shared/contract/machine.ts';
import type { Preferences } from '../../../shared/contract/preferences.ts';
import type { Engine } from '../../engines/engine.ts';

/** Bounds that the settings of a machine must keep. */
export interface Bounds {
  readonly engine: Pick<Engine, 'maxCores' | 'maxMemory'>;
  /** Bytes of memory of the computer. */
  readonly memory: number;
}

/** Throws an `InnError` `name-not-allowed` with a sentence on what is wrong. '' is a group, but no name. */
export function checkName(name: string, what: 'name' | 'group' = 'name'): void {
  const fault = what === 'group' && name === '' ? undefined : nameFault(name);
  if (fault === undefined) return;
  throw new InnError(describeNameFault(name, fault, what), {
    code: `${what}-not-allowed`,
    nextStep: fault === 'too-long' ? 'Shorten it; the description has room for more.' : `Choose another ${what}.`,
  });
}

/** What the limits are about. Files need not be the machine's own yet. */
export interface Sized {
  readonly cores: number;
  readonly memory: number;
  readonly boot: Extract<MachineSettings['boot'], { kind: 'linux' }> | { readonly kind: 'files' };
}

/** Throws an `InnError`: `cores-beyond-engine`, `memory-too-small`, `memory-beyond-host`. */
export function checkLimits({ cores, memory, boot }: Sized, bounds: Bounds): void {
  const { engine } = bounds;
  if (cores > engine.maxCores) {
    throw new InnError(`A machine can have up to ${engine.maxCores} cores; ${cores} are asked for`, {
      code: 'cores-beyond-engine',
      nextStep: `Ask for ${engine.maxCores} or fewer.`,
      details: { maximum: engine.maxCores },
    });
  }
  const least = boot.kind === 'linux' ? MINIMUM_MEMORY[boot.kernel] : MINIMUM_MEMORY.files;
  if (memory < least) {
    const who = boot.kind === 'linux' ? `Linux with the ${boot.kernel} kernel` : 'A machine';
    const small = boot.kind === 'linux' && boot.kernel === 'stock' && memory >= MINIMUM_MEMORY.small;
    const [needed, given] = apart(least, memory);
    throw new InnError(`${who} needs at least ${needed} of memory; ${given} are asked for`, {
      code: 'memory-too-small',
      nextStep: `Give it ${needed} or more${small ? ', or choose the small kernel' : ''}.`,
      details: { minimum: least },
    });
  }
  const ofEngine = engine.maxMemory(cores);
  const most = Math.min(ofEngine, bounds.memory);
  if (memory > most) {
    const [had, wanted] = apart(most, memory);
    const why =
      bounds.memory <= ofEngine
        ? `This computer has ${had} of memory`
        : `A machine with ${cores === 1 ? 'one core' : `${cores} cores`} can have up to ${had} of memory`;
    throw new InnError(`${why}; ${wanted} are asked for`, {
      code: 'memory-beyond-host',
      nextStep: 'Ask for less.',
      details: { maximum: most },
    });
  }
}

/** Two sizes in words that differ where the sizes do: in MiB if need be. */
function apart(a: number, b: number): [string, string] {
  const [first, second] = [formatBytes(a), formatBytes(b)];
  return first === second ? [`${Math.floor(a / MiB)} MiB`, `${Math.ceil(b / MiB)} MiB`] : [first, second];
}

export function defaultSettings({ newMachine }: Preferences, name: string): MachineSettings {
  return {
    name,
    description: '',
    group: '',
    cores: newMachine.cores,
    memory: newMachine.memory,
    boot: { kind: 'linux', kernel: newMachine.kernel },
    commandLine: '',
    consoles: 1,
    transport: 'pci',
  };
}

/** Without fields that are there but undefined: they would replace. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** The names of a set of machines. */
export class Names {
  readonly #holders = new Map<string, string>();

  /** Throws an `InnError` `name-taken` where another holds it. */
  take(name: string, holder: string): void {
    const other = this.#holders.get(nameKey(name));
    if (other !== undefined && other !== holder) {
      throw new InnError(`There is a machine with the name “${name}” already`, {
        code: 'name-taken',
        nextStep: `Choose another name, such as “${this.free(name)}”.`,
        details: { id: other },
      });
    }
    this.#holders.set(nameKey(name), holder);
  }

  /** For names that are there already, whatever they are: the first one counts. */
  takeOver(name: string, holder: string): void {
    if (!this.#holders.has(nameKey(name))) this.#holders.set(nameKey(name), holder);
  }

  /** Unless it is the same as the name that is `kept`. */
  drop(name: string, holder: string, kept?: string): void {
    if (kept !== undefined && nameKey(kept) === nameKey(name)) return;
    if (this.#holders.get(nameKey(name)) === holder) this.#holders.delete(nameKey(name));
  }

  /** `wanted`, or the first of "wanted 2", "wanted 3" and so on that nobody holds. */
  free(wanted: string): string {
    for (let n = 1; ; n++) {
      const suffix = n === 1 ? '' : ` ${n}`;
      const name =
        [...wanted]
          .slice(0, MAX_NAME - suffix.length)
          .join('')
          .trim() + suffix;
      if (!this.#holders.has(nameKey(name))) return name;
    }
  }
}
