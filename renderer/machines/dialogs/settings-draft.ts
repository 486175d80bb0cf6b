/**
 * Settings as they are being edited: what is typed, what of it differs from what the host has, and what becomes of it when
 * somebody else saves the same machine meanwhile.
 */
import type { HostInfo, HostStatus } from '../../../shared/contract/host.ts';
import type { Machine, MachineSettings, SettingsChange } from '../../../shared/contract/machine.ts';
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
import { BOOT_ROLES, type BootRole } from '../fields/describe.ts';
import { changedFields, conflictsOf, FIELDS, type Field, same } from '../fields/difference.ts';
import { argumentOf, type ChosenFile } from '../files/chosen-file.ts';
import { checkFiles } from './new-draft.ts';

/** Keeps the files also while something else is chosen, so that they are there when one comes back. */
export interface BootDraft extends Readonly<Record<BootRole, ChosenFile | null>> {
  readonly template: BootKind;
}

export interface SettingsDraft extends Omit<MachineSettings, 'cores' | 'memory' | 'boot'> {
  /** Undefined: what is typed is no value. */
  readonly cores: number | undefined;
  readonly memory: number | undefined;
  readonly boot: BootDraft;
}

export type Side = 'theirs' | 'yours';

/** A field that two changed, each in another way. */
export interface Clash {
  readonly field: Field;
  readonly theirs: unknown;
  /** In the draft's form. */
  readonly yours: SettingsDraft[Field];
  /** Undefined until somebody has chosen. */
  readonly choice: Side | undefined;
}

export interface Editing {
  /** What the draft was made from: what the host had when it was last heard of. */
  readonly base: Pick<Machine, 'settings' | 'revision'>;
  readonly draft: SettingsDraft;
  readonly clashes: readonly Clash[];
  /** What others changed meanwhile, where that was in nobody's way. */
  readonly merged: readonly Field[];
}

export function draftOf(settings: MachineSettings): SettingsDraft {
  const { boot } = settings;
  const kept = (role: BootRole): ChosenFile | null => {
    const file = boot.kind === 'files' ? boot[role] : undefined;
    return file ? { ...file, usable: true } : null;
  };
  return {
    ...settings,
    boot: {
      template: boot.kind === 'files' ? 'files' : boot.kernel,
      ...{ kernel: kept('kernel'), initrd: kept('initrd'), firmware: kept('firmware') },
    },
  };
}

type Values = Readonly<Record<Field, unknown>>;

/** In the contract's form. A field whose text stands for no value is undefined. */
export function valuesOf(draft: SettingsDraft): Values {
  return { ...draft, name: draft.name.trim(), group: draft.group.trim(), boot: bootArgument(draft.boot) };
}

function bootArgument(boot: BootDraft): NonNullable<SettingsChange['boot']> {
  if (boot.template !== 'files') return { kind: 'linux', kernel: boot.template };
  return {
    kind: 'files',
    ...Object.fromEntries(
      BOOT_ROLES.flatMap((role) => {
        const file = boot[role];
        return file ? [[role, argumentOf(file)]] : [];
      }),
    ),
  };
}

/** With names where the contract has references, so that it can be said in words. */
export function wordsFor(field: Field, draft: SettingsDraft): unknown {
  if (field !== 'boot') return draft[field];
  const { template, kernel, initrd, firmware } = draft.boot;
  if (template !== 'files') return { kind: 'linux', kernel: template };
  return {
    kind: 'files',
    ...{ kernel: kernel ?? undefined, initrd: initrd ?? undefined, firmware: firmware ?? undefined },
  };
}

export function begin({ settings, revision }: Editing['base']): Editing {
  return { base: { settings, revision }, draft: draftOf(settings), clashes: [], merged: [] };
}

export function change(editing: Editing, changes: Partial<SettingsDraft>): Editing {
  const draft = { ...editing.draft, ...changes };
  return {
    ...editing,
    draft,
    // Who goes on typing in a field wants what is typed there.
    clashes: editing.clashes.map((clash) =>
      clash.field in changes ? { ...clash, yours: draft[clash.field], choice: 'yours' } : clash,
    ),
  };
}

/** Back to what the host has, which is theirs where two changed it. */
export function takeBack(editing: Editing, field: Field): Editing {
  if (editing.clashes.some((clash) => clash.field === field)) return choose(editing, field, 'theirs');
  return change(editing, { [field]: draftOf(editing.base.settings)[field] });
}

export function choose(editing: Editing, field: Field, choice: Side): Editing {
  const clash = editing.clashes.find((each) => each.field === field);
  if (!clash) return editing;
  const value = choice === 'yours' ? clash.yours : draftOf(editing.base.settings)[field];
  return {
    ...editing,
    draft: { ...editing.draft, [field]: value },
    clashes: editing.clashes.map((each) => (each.field === field ? { ...each, choice } : each)),
  };
}

/**
 * The same after somebody else has saved `current`. Fields that only they changed are taken over. Where both changed one,
 * differently, what was typed stays, and a choice is to be made.
 */
export function rebase(editing: Editing, current: Editing['base']): Editing {
  const { base, draft } = editing;
  if (current.revision <= base.revision) return editing;
  const yours = valuesOf(draft);
  const { conflicts, onlyTheirs } = conflictsOf(base.settings, yours, current.settings);
  const theirs = draftOf(current.settings);
  const taken = onlyTheirs.filter((field) => !same(yours[field], current.settings[field]));
  const fresh = new Set(conflicts.map(({ field }) => field));
  const former = editing.clashes.flatMap((clash): Clash[] => {
    const value = current.settings[clash.field];
    if (fresh.has(clash.field)) return [];
    // They came to the same as was wanted here: there is nothing left to choose.
    if (same(value, valuesOf({ ...draft, [clash.field]: clash.yours })[clash.field])) return [];
    return [{ ...clash, theirs: value }];
  });
  const clashes = [
    ...former,
    ...conflicts.map(({ field, theirs: value }): Clash => {
      return { field, theirs: value, yours: draft[field], choice: undefined };
    }),
  ];
  return {
    base: { settings: current.settings, revision: current.revision },
    draft: { ...draft, ...Object.fromEntries(taken.map((field) => [field, theirs[field]])) },
    clashes: FIELDS.flatMap((field) => clashes.filter((clash) => clash.field === field)),
    merged: FIELDS.filter((field) => taken.includes(field) || editing.merged.includes(field)),
  };
}

export function changedIn({ base, draft }: Editing): Field[] {
  return changedFields(base.settings, valuesOf(draft));
}

/** For `machine.edit`; only for a draft without errors. */
export function changesOf(editing: Editing): SettingsChange {
  const values = valuesOf(editing.draft);
  return Object.fromEntries(changedIn(editing).map((field) => [field, values[field]]));
}

export interface Around {
  /** The machine's own id. */
  readonly id: string;
  readonly machines: readonly Machine[];
  readonly info: HostInfo | null;
  readonly status: HostStatus | null;
}

export type SettingsChecks = Readonly<Record<Field, FieldCheck>>;

const FINE: FieldCheck = { level: 'ok', text: '' };

export function checksOf(draft: SettingsDraft, { id, machines, info, status }: Around): SettingsChecks {
  return {
    name: checkName(draft.name.trim(), machines, id),
    group: checkGroup(draft.group.trim()),
    description: checkDescription(draft.description),
    cores: checkCores(draft.cores, info),
    memory: checkMemory(draft.memory, draft.boot.template, { info, status }),
    boot: checkFiles(draft.boot),
    commandLine: checkCommandLine(draft.commandLine),
    consoles: FINE,
    transport: FINE,
  };
}

/** Changes of these take effect at once; all others when the machine next starts. */
const AT_ONCE: ReadonlySet<Field> = new Set(['name', 'group', 'description']);

/** The fields that the machine, which is up, will only have after a restart. */
export function waitsForRestart(active: MachineSettings | null, draft: SettingsDraft): Field[] {
  return active ? changedFields(active, valuesOf(draft)).filter((field) => !AT_ONCE.has(field)) : [];
}
