/** What is to be said beside a field while one types. The host has the last word; this says the same, sooner. */
import { formatBytes, MiB, parseBytes } from '../../../shared/base/units.ts';
import type { HostInfo, HostStatus } from '../../../shared/contract/host.ts';
import {
  describeNameFault,
  MAX_COMMAND_LINE,
  MAX_DESCRIPTION,
  MEMORY_STEP,
  MINIMUM_MEMORY,
  nameFault,
  nameKey,
} from '../../../shared/contract/limits.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { i18n } from '../../i18n/i18n.ts';

const t = i18n.t;

export interface FieldCheck {
  /** An `error` must be mended before the value is kept; a `warning` does not block. */
  readonly level: 'ok' | 'warning' | 'error';
  readonly text: string;
}

/** What a machine boots, as far as limits are concerned. */
export type BootKind = keyof typeof MINIMUM_MEMORY;

type Named = Pick<Machine, 'id' | 'settings'>;

const ok = (text: string): FieldCheck => ({ level: 'ok', text });
const warning = (text: string): FieldCheck => ({ level: 'warning', text });
const error = (text: string): FieldCheck => ({ level: 'error', text });

/** `self`: the machine that may keep its name. */
export function checkName(name: string, machines: readonly Named[], self?: string): FieldCheck {
  const fault = nameFault(name);
  if (fault !== undefined) return error(describeNameFault(name, fault));
  const key = nameKey(name);
  const taken = machines.some((machine) => machine.id !== self && nameKey(machine.settings.name) === key);
  return taken ? error(t('machines:check.nameTaken')) : ok(t('machines:check.nameFree'));
}

export function checkGroup(group: string): FieldCheck {
  if (group === '') return ok(t('machines:check.noGroup'));
  const fault = nameFault(group);
  return fault === undefined ? ok('') : error(describeNameFault(group, fault, 'group'));
}

/** `undefined` stands for what is no number. */
export function checkCores(cores: number | undefined, info: HostInfo | null): FieldCheck {
  if (cores === undefined || !Number.isInteger(cores) || cores < 1) return error(t('machines:check.coresWhole'));
  if (!info) return ok('');
  const { limits, cpus } = info;
  if (cores > limits.cores) return error(t('machines:check.coresMost', { count: limits.cores }));
  if (cores > cpus) return warning(t('machines:check.coresShared', { count: cpus }));
  return ok(t('machines:check.cores', { count: cpus }));
}

export interface Room {
  readonly info: Pick<HostInfo, 'limits'> | null;
  readonly status: Pick<HostStatus, 'memoryFree'> | null;
}

/** `undefined` stands for what is no size. */
export function checkMemory(bytes: number | undefined, boot: BootKind, { info, status }: Room): FieldCheck {
  if (bytes === undefined) return error(t('machines:check.memorySize'));
  if (bytes % MEMORY_STEP !== 0) return error(t('machines:check.memoryStep'));
  const least = MINIMUM_MEMORY[boot];
  if (bytes < least) return error(t(`machines:check.memoryLeast.${boot}`, { least: formatBytes(least) }));
  if (info && bytes > info.limits.memory) {
    return error(t('machines:check.memoryMost', { most: formatBytes(info.limits.memory) }));
  }
  if (!status) return ok('');
  const free = formatBytes(status.memoryFree);
  if (bytes > status.memoryFree) return warning(t('machines:check.memoryOverFree', { free }));
  if (bytes > status.memoryFree / 2) return warning(t('machines:check.memoryOverHalf', { free }));
  return ok(t('machines:check.memory', { free }));
}

export function checkCommandLine(text: string): FieldCheck {
  if (text.length <= MAX_COMMAND_LINE) return ok('');
  return error(t('machines:check.tooLong', { most: MAX_COMMAND_LINE, count: text.length }));
}

export function checkDescription(text: string): FieldCheck {
  if (text.length <= MAX_DESCRIPTION) return ok('');
  return error(t('machines:check.tooLong', { most: MAX_DESCRIPTION, count: text.length }));
}

/** For fields that want only what is wrong. */
export function errorOf(check: FieldCheck): string | undefined {
  return check.level === 'error' ? check.text : undefined;
}

/** Bytes from what one types as memory: a bare number is MiB, as everywhere else in virtualization. */
export function parseMemory(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * MiB;
  try {
    return parseBytes(trimmed.replace(',', '.'));
  } catch {
    return undefined;
  }
}

/** As one would type it, without loss: `256 MiB`, `1.5 GiB`, `1100 MiB`. */
export function memoryText(bytes: number): string {
  const short = formatBytes(bytes);
  return parseMemory(short) === bytes ? short : `${bytes / MiB} MiB`;
}

export function parseCount(text: string): number | undefined {
  return /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : undefined;
}
