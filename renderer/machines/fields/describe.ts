/** Values of settings in words. */
import { formatBytes } from '../../../shared/base/units.ts';
import type { MachineSettings } from '../../../shared/contract/machine.ts';
import { i18n } from '../../i18n/i18n.ts';
import { memoryText } from './checks.ts';
import type { Field } from './difference.ts';

const t = i18n.t;

interface NamedFile {
  readonly name: string;
  readonly bytes: number;
}

/** What boots: Innkeeper's own Linux, or files that are there already or still to be copied. */
export type BootInWords =
  | Extract<MachineSettings['boot'], { kind: 'linux' }>
  | {
      readonly kind: 'files';
      readonly kernel?: NamedFile | undefined;
      readonly initrd?: NamedFile | undefined;
      readonly firmware?: NamedFile | undefined;
    };

export const BOOT_ROLES = ['kernel', 'initrd', 'firmware'] as const;
export type BootRole = (typeof BOOT_ROLES)[number];

export function describeBoot(boot: BootInWords): string {
  if (boot.kind === 'linux') return t(`machines:boot.${boot.kernel}`);
  const files = BOOT_ROLES.flatMap((role) => {
    const file = boot[role];
    return file ? [t('machines:boot.file', { role: t(`machines:boot.role.${role}`), name: file.name })] : [];
  });
  return files.length > 0 ? files.join(', ') : t('machines:boot.nothing');
}

export function describeFile({ name, bytes }: NamedFile): string {
  return `${name}, ${formatBytes(bytes)}`;
}

export function fieldName(field: Field): string {
  return t(`machines:field.${field}`);
}

export function describeField(field: Field, value: unknown): string {
  const settings = { [field]: value } as Partial<MachineSettings>;
  switch (field) {
    case 'memory':
      return memoryText(settings.memory ?? 0);
    case 'boot':
      return settings.boot ? describeBoot(settings.boot) : '';
    case 'cores':
      return t('machines:value.cores', { count: settings.cores ?? 0 });
    case 'consoles':
      return t('machines:value.consoles', { count: settings.consoles ?? 0 });
    case 'transport':
      return settings.transport ? t(`machines:value.transport.${settings.transport}`) : '';
    case 'name':
    case 'group':
    case 'description':
    case 'commandLine':
      return settings[field] || t('machines:value.none');
  }
}
