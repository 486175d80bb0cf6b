/** The fields of the settings dialog, by section. */
import { RotateCw, Undo2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { i18n, useText } from '../../i18n/i18n.ts';
import { Icon, IconButton, Select, TextField } from '../../ui/index.ts';
import { PaneField, type PaneRow, type PaneSection } from '../../ui/panes.tsx';
import { CheckNote } from '../fields/check-note.tsx';
import { type BootKind, errorOf } from '../fields/checks.ts';
import { BOOT_ROLES, type BootRole, describeField, fieldName } from '../fields/describe.ts';
import type { Field } from '../fields/difference.ts';
import { CoresField, MemoryField } from '../fields/size-fields.tsx';
import { FileField } from '../files/file-field.tsx';
import { consoleChoices, transportChoices } from './new-machine.tsx';
import type { Editing, SettingsChecks, SettingsDraft } from './settings-draft.ts';

const SECTIONS = {
  general: ['name', 'group', 'description'],
  system: ['cores', 'memory'],
  boot: ['boot', 'commandLine'],
  consoles: ['consoles', 'transport'],
} as const satisfies Record<string, readonly Field[]>;
type Section = keyof typeof SECTIONS;

export interface SettingsFieldsProps {
  readonly editing: Editing;
  readonly checks: SettingsChecks;
  readonly changed: readonly Field[];
  /** What the machine, which is up, has only after a restart. */
  readonly waiting: readonly Field[];
  readonly onChange: (changes: Partial<SettingsDraft>) => void;
  readonly onTakeBack: (field: Field) => void;
  /** True while a file is on its way to the host. */
  readonly onBusy: (role: BootRole, busy: boolean) => void;
}

export function useSettingsSections(props: SettingsFieldsProps): PaneSection<Section>[] {
  const t = useText('machines');
  const { editing, checks, changed, waiting, onTakeBack } = props;
  const controls = useControls(props);
  const choices = wordsOfChoices();
  const row = (field: Field): PaneRow => {
    const name = fieldName(field);
    const help = t(`settings.help.${field}`);
    const { control, note, group = false } = controls[field];
    return {
      id: field,
      words: [name, help, describeField(field, editing.base.settings[field]), ...(choices[field] ?? [])],
      content: (
        <PaneField
          label={name}
          help={help}
          group={group}
          note={note}
          mark={
            <>
              {changed.includes(field) && (
                <IconButton
                  size="s"
                  icon={Undo2}
                  label={t('settings.takeBack', { field: name })}
                  onPress={() => onTakeBack(field)}
                />
              )}
              {waiting.includes(field) && (
                <span className="panes-mark">
                  <Icon of={RotateCw} size={14} />
                  {t('settings.needsRestart')}
                </span>
              )}
            </>
          }
        >
          {control}
        </PaneField>
      ),
    };
  };
  return (Object.keys(SECTIONS) as Section[]).map((id) => {
    const fields: readonly Field[] = SECTIONS[id];
    const fault = fields.map((field) => errorOf(checks[field])).find((text) => text !== undefined);
    return { id, label: t(`settings.${id}`), rows: fields.map(row), fault };
  });
}

/** What can be chosen is found, too, and not only what is. */
function wordsOfChoices(): Partial<Record<Field, readonly string[]>> {
  return {
    boot: bootChoices().map(({ label }) => label),
    consoles: consoleChoices().map(({ label }) => label),
    transport: transportChoices().map(({ label }) => label),
  };
}

function bootChoices(): { value: BootKind; label: string }[] {
  const linux = (['stock', 'small'] as const).map((kernel) => {
    return { value: kernel, label: describeField('boot', { kind: 'linux', kernel }) };
  });
  return [...linux, { value: 'files', label: i18n.t('machines:boot.files') }];
}

interface Control {
  readonly control: (describedBy: string) => ReactNode;
  readonly note?: ReactNode;
  readonly group?: boolean;
}

function useControls({ editing, checks, changed, onChange, onBusy }: SettingsFieldsProps): Record<Field, Control> {
  const t = useText('machines');
  const { draft } = editing;
  const { boot } = draft;
  const line = (field: 'name' | 'group' | 'description' | 'commandLine'): Control => ({
    control: (describedBy) => (
      <TextField
        label={fieldName(field)}
        labelHidden
        multiline={field === 'description'}
        monospace={field === 'commandLine'}
        value={draft[field]}
        onChange={(text) => onChange({ [field]: text })}
        error={errorOf(checks[field])}
        aria-describedby={describedBy}
      />
    ),
    // What is well is only worth a word where somebody is at it.
    note: changed.includes(field) && checks[field].level === 'ok' && checks[field].text !== '' && (
      <CheckNote check={checks[field]} />
    ),
  });
  return {
    name: line('name'),
    group: line('group'),
    description: line('description'),
    commandLine: line('commandLine'),
    cores: {
      group: true,
      control: () => <CoresField value={draft.cores} onChange={(cores) => onChange({ cores })} check={checks.cores} />,
    },
    memory: {
      group: true,
      control: () => (
        <MemoryField
          value={draft.memory}
          onChange={(memory) => onChange({ memory })}
          check={checks.memory}
          boot={boot.template}
        />
      ),
    },
    boot: {
      group: true,
      control: (describedBy) => (
        <>
          <Select
            label={fieldName('boot')}
            labelHidden
            value={boot.template}
            onChange={(template) => onChange({ boot: { ...boot, template } })}
            choices={bootChoices()}
            describedBy={describedBy}
          />
          <div className="form-files" hidden={boot.template !== 'files'}>
            {BOOT_ROLES.map((role) => (
              <FileField
                key={role}
                label={t(`boot.role.${role}`)}
                help={t(`boot.roleHelp.${role}`)}
                optional={role !== 'kernel'}
                value={boot[role]}
                onChange={(file) => onChange({ boot: { ...boot, [role]: file } })}
                onBusy={(busy) => onBusy(role, busy)}
              />
            ))}
          </div>
        </>
      ),
      note: checks.boot.level === 'error' && !boot.kernel && !boot.firmware && <CheckNote check={checks.boot} />,
    },
    consoles: {
      control: (describedBy) => (
        <Select
          label={fieldName('consoles')}
          labelHidden
          value={String(draft.consoles)}
          onChange={(consoles) => onChange({ consoles: Number(consoles) })}
          choices={consoleChoices()}
          describedBy={describedBy}
        />
      ),
    },
    transport: {
      control: (describedBy) => (
        <Select
          label={fieldName('transport')}
          labelHidden
          value={draft.transport}
          onChange={(transport) => onChange({ transport })}
          choices={transportChoices()}
          describedBy={describedBy}
        />
      ),
    },
  };
}
