/** From the settings that a machine has to those that somebody wants. */
import type { MachineSettings, SettingsChange } from '../../../shared/contract/machine.ts';
import { adoptBoot, type ResolveFile } from './boot-files.ts';
import { type Bounds, checkLimits, checkName, given } from './settings.ts';

export interface Change {
  readonly settings: MachineSettings;
  /** Names of the fields that differ. */
  readonly fields: readonly string[];
  /** To be called if the settings could not be kept. */
  dropped(): Promise<void>;
}

/** Settings within the bounds of this computer, or an `InnError`. What was beyond them before may stay if it is not touched. */
export function wantedSettings(before: MachineSettings, changes: SettingsChange, bounds: Bounds): MachineSettings {
  const { boot: wanted, ...plain } = given(changes);
  const settings = { ...before, ...plain };
  checkName(settings.name);
  checkName(settings.group, 'group');
  if (settings.cores !== before.cores || settings.memory !== before.memory || wanted) {
    checkLimits({ ...settings, boot: wanted ?? before.boot }, bounds);
  }
  return settings;
}

/** Copies the files that are new, and says what is different in the end. */
export async function adoptChange(
  folder: string,
  before: MachineSettings,
  wanted: MachineSettings,
  boot: SettingsChange['boot'],
  resolveFile: ResolveFile,
): Promise<Change> {
  const adopted = boot && (await adoptBoot(folder, boot, before.boot, resolveFile));
  const settings = adopted ? { ...wanted, boot: adopted.boot } : wanted;
  const fields = (Object.keys(settings) as (keyof MachineSettings)[]).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(settings[field]),
  );
  return { settings, fields, dropped: async () => adopted?.dropped() };
}
