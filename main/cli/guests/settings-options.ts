/** The options by which `inn create` and `inn set` name settings. */
import path from 'node:path';
import { type Command, Option } from 'commander';
import { InnError } from '../../../shared/base/errors.ts';
import { parseBytes } from '../../../shared/base/units.ts';
import { KERNELS, type NewMachine } from '../../../shared/contract/machine.ts';

export interface SettingsWords {
  readonly name?: string;
  readonly description?: string;
  readonly group?: string;
  readonly cores?: string;
  readonly memory?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly firmware?: string;
  readonly append?: string;
  readonly consoles?: string;
  readonly transport?: 'pci' | 'mmio';
}

export function settingsOptions(command: Command): Command {
  return command
    .option('-c, --cores <n>', 'how many cores')
    .option('-m, --memory <size>', 'how much memory, such as 512M or 2G')
    .option('-k, --kernel <file>', "`stock` (Debian's kernel), `small` (quick to start), or a Linux Image or ELF file")
    .option('-i, --initrd <file>', 'an initial RAM disk, with a kernel of your own')
    .option('-b, --firmware <file>', 'firmware or a bare-metal program, entered in M-mode')
    .option('-a, --append <text>', "more for the kernel's command line")
    .option('--consoles <n>', 'how many virtio consoles, hvc0 and on')
    .addOption(new Option('--transport <kind>', 'how virtio devices are attached').choices(['pci', 'mmio']))
    .option('-g, --group <name>', 'the group to show it in; "" for none')
    .option('-d, --description <text>', 'a note for yourself');
}

/** Only what was named. Files become absolute paths; the host looks at them. */
export function readSettings(words: SettingsWords): NewMachine {
  const boot = readBoot(words);
  return {
    ...(words.name === undefined ? {} : { name: words.name }),
    ...(words.description === undefined ? {} : { description: words.description }),
    ...(words.group === undefined ? {} : { group: words.group }),
    ...(words.cores === undefined ? {} : { cores: wholeNumber('--cores', words.cores) }),
    ...(words.memory === undefined ? {} : { memory: parseBytes(words.memory) }),
    ...(words.append === undefined ? {} : { commandLine: words.append }),
    ...(words.consoles === undefined ? {} : { consoles: wholeNumber('--consoles', words.consoles) }),
    ...(words.transport === undefined ? {} : { transport: words.transport }),
    ...(boot === undefined ? {} : { boot }),
  };
}

function readBoot({ kernel, initrd, firmware }: SettingsWords): NewMachine['boot'] {
  const named = KERNELS.find((each) => each === kernel);
  if (named !== undefined) {
    if (initrd !== undefined || firmware !== undefined) {
      throw new InnError(`The kernel \`${named}\` brings its own initrd and needs no firmware`, {
        code: 'conflicting-options',
        nextStep: 'Leave --initrd and --firmware out, or name a kernel file.',
      });
    }
    return { kind: 'linux', kernel: named };
  }
  if (kernel === undefined && firmware === undefined) {
    if (initrd === undefined) return undefined;
    throw new InnError('--initrd needs a kernel', { code: 'usage', nextStep: 'Name one with --kernel FILE.' });
  }
  const file = (name: string) => ({ path: path.resolve(name) });
  return {
    kind: 'files',
    ...(kernel === undefined ? {} : { kernel: file(kernel) }),
    ...(initrd === undefined ? {} : { initrd: file(initrd) }),
    ...(firmware === undefined ? {} : { firmware: file(firmware) }),
  };
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InnError(`${option} takes a number, not "${text}"`, {
    code: 'usage',
    nextStep: `Write for example ${option} 2.`,
  });
}
