import './dialogs.css';
import { ChevronRight, Feather, FileUp, SquareTerminal } from 'lucide-react';
import { type ReactNode, useId, useState } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { isInnError } from '../../../shared/base/errors.ts';
import { MAX_CONSOLES } from '../../../shared/contract/limits.ts';
import { useHost } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { showConsole, showMachine } from '../../state/navigate.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { useHostInfo, useHostStatus, useMachines, usePreferences } from '../../state/stores.ts';
import { reporting } from '../../state/toasts.ts';
import { Cards } from '../../ui/cards.tsx';
import { Banner, Button, Dialog, Icon, Keys, Select, Skeleton, TextField } from '../../ui/index.ts';
import { CheckNote } from '../fields/check-note.tsx';
import { type BootKind, errorOf } from '../fields/checks.ts';
import { BOOT_ROLES, describeField } from '../fields/describe.ts';
import { NameField } from '../fields/name-field.tsx';
import { CoresField, MemoryField } from '../fields/size-fields.tsx';
import type { ChosenFile } from '../files/chosen-file.ts';
import { FileField } from '../files/file-field.tsx';
import { argumentsOf, checksOf, type DraftChecks, firstDraft, mayCreate, type NewDraft, nameOf } from './new-draft.ts';

interface NewMachineProps {
  readonly firmware?: ChosenFile;
  readonly onClose: () => void;
}

export default function NewMachineDialog({ firmware, onClose }: NewMachineProps) {
  const t = useText('machines');
  const preferences = usePreferences();
  if (preferences) return <Form draft={firstDraft(preferences.newMachine, firmware)} onClose={onClose} />;
  return (
    <Dialog title={t('new.title')} size="l" onClose={onClose}>
      <Skeleton rows={8} />
    </Dialog>
  );
}

function Form({ draft: first, onClose }: { readonly draft: NewDraft; readonly onClose: () => void }) {
  const t = useText('machines');
  const tApp = useText('app');
  const host = useHost();
  const machines = useMachines();
  const info = useHostInfo();
  const status = useHostStatus();
  const [draft, setDraft] = useState(first);
  const [sending, setSending] = useState<ReadonlySet<string>>(new Set());
  const [creating, setCreating] = useState(false);
  const [error, setError] = useState<ShownError | null>(null);
  const [nameTaken, setNameTaken] = useState<string | null>(null);

  const change = (changes: Partial<NewDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const checks = checksOf(draft, { machines, info, status });
  const whyNot = creating
    ? t('new.creating')
    : !host.mayWrite
      ? t('new.notConnected')
      : sending.size > 0
        ? t('new.waitForFiles')
        : mayCreate(checks)
          ? undefined
          : t('new.mend');

  const create = async (start: boolean) => {
    setCreating(true);
    setError(null);
    setNameTaken(null);
    try {
      const { id } = await host.call('machine.create', argumentsOf(draft, machines));
      onClose();
      if (start) {
        showConsole(id);
        reporting(async () => void (await host.call('machine.start', { id })));
      } else showMachine(id, 'details');
    } catch (reason) {
      setCreating(false);
      if (isInnError(reason) && reason.code === 'name-taken') setNameTaken(`${reason.message}. ${reason.nextStep}`);
      else setError(shownError(reason));
    }
  };
  const submit = (start: boolean) => {
    if (whyNot === undefined) void create(start);
  };
  return (
    <Dialog
      title={t('new.title')}
      size="l"
      onClose={onClose}
      onSubmit={() => submit(true)}
      footer={
        <>
          <span className="muted ell">{useReadiness(draft.template)}</span>
          <span className="grow" />
          <Button onPress={onClose}>{tApp('common.cancel')}</Button>
          <Button whyNot={whyNot} onPress={() => submit(false)}>
            {t('new.create')}
          </Button>
          <Button variant="primary" whyNot={whyNot} onPress={() => submit(true)}>
            {creating ? t('new.creating') : t('new.createAndStart')}
            <Keys of="mod+enter" joined />
          </Button>
        </>
      }
    >
      {error && (
        <Banner level="error" title={error.message}>
          {error.nextStep}
        </Banner>
      )}
      <Cards<BootKind>
        label={t('new.templates')}
        value={draft.template}
        onChange={(template) => change({ template })}
        choices={[
          { value: 'stock', title: t('new.linux'), text: t('new.linuxText'), icon: SquareTerminal },
          { value: 'small', title: t('new.small'), text: t('new.smallText'), icon: Feather },
          { value: 'files', title: t('new.files'), text: t('new.filesText'), icon: FileUp },
        ]}
      />
      <div className="form">
        <FormRow label={t('field.name')}>
          <div className="size size-name">
            <NameField
              labelHidden
              name={nameOf(draft, machines)}
              check={nameTaken === null ? checks.name : { level: 'error', text: nameTaken }}
              onChange={(name) => {
                setNameTaken(null);
                change({ name });
              }}
              onEnter={() => submit(true)}
            />
          </div>
        </FormRow>
        {draft.template === 'files' && (
          <FormRow label={t('boot.files')} group>
            <div className="form-files">
              {BOOT_ROLES.map((role) => (
                <FileField
                  key={role}
                  label={t(`boot.role.${role}`)}
                  help={t(`boot.roleHelp.${role}`)}
                  optional={role !== 'kernel'}
                  value={draft[role]}
                  onChange={(file) => change({ [role]: file })}
                  onBusy={(busy) =>
                    setSending((before) => {
                      const after = new Set(before);
                      if (busy) after.add(role);
                      else after.delete(role);
                      return after;
                    })
                  }
                />
              ))}
              {checks.files.level === 'error' && !draft.kernel && !draft.firmware && <CheckNote check={checks.files} />}
            </div>
          </FormRow>
        )}
        <FormRow label={t('field.cores')}>
          <CoresField value={draft.cores} onChange={(cores) => change({ cores })} check={checks.cores} />
        </FormRow>
        <FormRow label={t('field.memory')}>
          <MemoryField
            value={draft.memory}
            onChange={(memory) => change({ memory })}
            check={checks.memory}
            boot={draft.template}
          />
        </FormRow>
      </div>
      <Advanced draft={draft} checks={checks} change={change} />
    </Dialog>
  );
}

/** What starting it will take. */
function useReadiness(template: BootKind): string {
  const t = useText('machines');
  const info = useHostInfo();
  if (template === 'files') return t('new.ownFiles');
  if (!info) return '';
  return info.readyKernels.includes(template) ? t('new.ready') : t('new.build');
}

interface FormRowProps {
  readonly label: string;
  /** Several fields, named together. */
  readonly group?: boolean;
  readonly children: ReactNode;
}

/** The label is for the eyes: each field has its own for screen readers. */
function FormRow({ label, group = false, children }: FormRowProps) {
  const id = useId();
  return (
    <>
      <span className="form-label" id={id} aria-hidden={!group}>
        {label}
      </span>
      <div {...(group ? { role: 'group', 'aria-labelledby': id } : {})}>{children}</div>
    </>
  );
}

interface AdvancedProps {
  readonly draft: NewDraft;
  readonly checks: DraftChecks;
  readonly change: (changes: Partial<NewDraft>) => void;
}

function Advanced({ draft, checks, change }: AdvancedProps) {
  const t = useText('machines');
  const summary = [
    describeField('consoles', draft.consoles),
    describeField('transport', draft.transport),
    ...(draft.commandLine === '' ? [] : [draft.commandLine]),
  ].join(' · ');
  return (
    <Disclosure className="advanced">
      <Heading level={2}>
        <AriaButton slot="trigger" className="advanced-head">
          <Icon of={ChevronRight} className="advanced-mark" />
          <span className="strong">{t('new.advanced')}</span>
          <span className="muted ell advanced-sum">{summary}</span>
        </AriaButton>
      </Heading>
      <DisclosurePanel className="advanced-panel">
        <div className="advanced-fields">
          <TextField
            label={t('field.commandLine')}
            monospace
            description={t('new.commandLineHelp')}
            value={draft.commandLine}
            onChange={(commandLine) => change({ commandLine })}
            error={errorOf(checks.commandLine)}
          />
          <TextField
            label={t('field.group')}
            value={draft.group}
            onChange={(group) => change({ group })}
            error={errorOf(checks.group)}
          />
          <Select
            label={t('field.consoles')}
            value={String(draft.consoles)}
            onChange={(consoles) => change({ consoles: Number(consoles) })}
            choices={consoleChoices()}
          />
          <Select
            label={t('field.transport')}
            value={draft.transport}
            onChange={(transport) => change({ transport })}
            choices={transportChoices()}
          />
          <div className="advanced-wide">
            <TextField
              label={t('field.description')}
              multiline
              value={draft.description}
              onChange={(description) => change({ description })}
              error={errorOf(checks.description)}
            />
          </div>
        </div>
      </DisclosurePanel>
    </Disclosure>
  );
}

export function consoleChoices(): { value: string; label: string }[] {
  return Array.from({ length: MAX_CONSOLES }, (_, n) => ({
    value: String(n + 1),
    label: describeField('consoles', n + 1),
  }));
}

export function transportChoices(): { value: 'pci' | 'mmio'; label: string }[] {
  return (['pci', 'mmio'] as const).map((value) => ({ value, label: describeField('transport', value) }));
}
