/** The words that the command line has for what the contract knows. */
import { formatBytes } from '../../../shared/base/units.ts';
import type { Machine, MachineSettings } from '../../../shared/contract/machine.ts';

export const STATE_WORDS: Readonly<Record<Machine['state'], string>> = {
  'powered-off': 'powered off',
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  aborted: 'aborted',
};

export function bootWords(boot: MachineSettings['boot']): string {
  if (boot.kind === 'linux') return boot.kernel === 'stock' ? 'Linux (Debian kernel)' : 'Linux (small kernel)';
  const parts = [
    boot.firmware && `firmware ${boot.firmware.name}`,
    boot.kernel && `kernel ${boot.kernel.name}`,
    boot.initrd && `initrd ${boot.initrd.name}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in the largest unit that fits. */
export function agoWords(at: number, now: number): string {
  const past = Math.max(0, now - at);
  if (past < MINUTE) return `${Math.floor(past / 1000)} s`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h`;
  return `${Math.floor(past / DAY)} d`;
}

export function timeWords(at: number): string {
  return new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** Each setting as `inn show` names it; what needs a restart is told apart by comparing two of these. */
export function settingWords(settings: MachineSettings): Readonly<Record<string, string>> {
  return {
    Name: settings.name,
    Group: settings.group,
    Description: settings.description,
    Cores: String(settings.cores),
    Memory: formatBytes(settings.memory),
    Starts: bootWords(settings.boot),
    'Command line': settings.commandLine,
    Consoles: String(settings.consoles),
    Transport: settings.transport,
  };
}

/** Settings that take effect at once, whatever the machine does. */
const AT_ONCE = new Set(['Name', 'Group', 'Description']);

/** What a running machine will only have after its next start. */
export function pendingWords(machine: Machine): { name: string; now: string; next: string }[] {
  if (!machine.active) return [];
  const now = settingWords(machine.active);
  return Object.entries(settingWords(machine.settings))
    .filter(([name, next]) => !AT_ONCE.has(name) && now[name] !== next)
    .map(([name, next]) => ({ name, now: now[name] ?? '', next }));
}
