/** What is filled in for a new machine, and what comes of it. */
import type { ArgsIn } from '../../../shared/contract/contract.ts';
import type { HostInfo, HostStatus } from '../../../shared/contract/host.ts';
import type { Machine, MachineSettings } from '../../../shared/contract/machine.ts';
import type { Preferences } from '../../../shared/contract/preferences.ts';
import { i18n } from '../../i18n/i18n.ts';
import {
  type BootKind,
  checkCommandLine,
  checkCores,
  checkDescription,
  checkGroup,
  checkMemory,
  checkName,
  type FieldCheck,
} from '../fields/checks.ts';
import type { BootRole } from '../fields/describe.ts';
import { freeName, nameFromFile } from '../fields/free-name.ts';
import type { ChosenFile } from '../files/chosen-file.ts';

export interface NewDraft {
  readonly template: BootKind;
  /** Undefined until somebody types one: then it is made from the template. */
  readonly name: string | undefined;
  readonly cores: number | undefined;
  readonly memory: number | undefined;
  readonly kernel: ChosenFile | null;
  readonly initrd: ChosenFile | null;
  readonly firmware: ChosenFile | null;
  readonly commandLine: string;
  readonly consoles: number;
  readonly transport: MachineSettings['transport'];
  readonly group: string;
  readonly description: string;
}

export function firstDraft(defaults: Preferences['newMachine'], firmware: ChosenFile | null = null): NewDraft {
  return {
    template: firmware ? 'files' : defaults.kernel,
    name: undefined,
    cores: defaults.cores,
    memory: defaults.memory,
    kernel: null,
    initrd: null,
    firmware,
    commandLine: '',
    consoles: 1,
    transport: 'pci',
    group: '',
    description: '',
  };
}

export function nameOf(draft: NewDraft, machines: readonly Machine[]): string {
  if (draft.name !== undefined) return draft.name;
  const file = draft.kernel ?? draft.firmware;
  const wanted = draft.template !== 'files' ? 'linux' : file ? nameFromFile(file.name) : 'machine';
  return freeName(
    wanted,
    machines.map(({ settings }) => settings.name),
  );
}

export interface Around {
  readonly machines: readonly Machine[];
  readonly info: HostInfo | null;
  readonly status: HostStatus | null;
}

export interface DraftChecks {
  readonly name: FieldCheck;
  readonly cores: FieldCheck;
  readonly memory: FieldCheck;
  readonly files: FieldCheck;
  readonly commandLine: FieldCheck;
  readonly group: FieldCheck;
  readonly description: FieldCheck;
}

export function checksOf(draft: NewDraft, { machines, info, status }: Around): DraftChecks {
  return {
    name: checkName(nameOf(draft, machines).trim(), machines),
    cores: checkCores(draft.cores, info),
    memory: checkMemory(draft.memory, draft.template, { info, status }),
    files: checkFiles(draft),
    commandLine: checkCommandLine(draft.commandLine),
    group: checkGroup(draft.group.trim()),
    description: checkDescription(draft.description),
  };
}

export function checkFiles({ template, kernel, initrd, firmware }: Pick<NewDraft, 'template' | BootRole>): FieldCheck {
  if (template !== 'files') return { level: 'ok', text: '' };
  if (!kernel && !firmware) return { level: 'error', text: i18n.t('machines:boot.needsOne') };
  const unusable = [kernel, initrd, firmware].find((file) => file?.usable === false);
  return unusable ? { level: 'error', text: unusable.text ?? '' } : { level: 'ok', text: '' };
}

export function mayCreate(checks: DraftChecks): boolean {
  return Object.values(checks).every(({ level }) => level !== 'error');
}

/** Only for a draft without errors. */
export function argumentsOf(draft: NewDraft, machines: readonly Machine[]): ArgsIn<'machine.create'> {
  const { template, kernel, initrd, firmware, cores, memory } = draft;
  if (cores === undefined || memory === undefined) throw new Error('A draft with errors is to become a machine');
  return {
    name: nameOf(draft, machines).trim(),
    cores,
    memory,
    boot:
      template === 'files'
        ? {
            kind: 'files',
            ...(kernel?.ref ? { kernel: kernel.ref } : {}),
            ...(initrd?.ref ? { initrd: initrd.ref } : {}),
            ...(firmware?.ref ? { firmware: firmware.ref } : {}),
          }
        : { kind: 'linux', kernel: template },
    commandLine: draft.commandLine.trim(),
    consoles: draft.consoles,
    transport: draft.transport,
    group: draft.group.trim(),
    description: draft.description,
  };
}
