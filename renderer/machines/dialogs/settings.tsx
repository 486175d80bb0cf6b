import './dialogs.css';
import { useEffect, useState } from 'react';
import { isInnError } from '../../../shared/base/errors.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useHost } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { useHostInfo, useHostStatus, useMachine, useMachines } from '../../state/stores.ts';
import { Banner, Button, Dialog, Keys } from '../../ui/index.ts';
import { Panes } from '../../ui/panes.tsx';
import type { FieldCheck } from '../fields/checks.ts';
import { FIELDS, type Field } from '../fields/difference.ts';
import { Clashes } from './clashes.tsx';
import { mustChoose, saveSettings } from './save-settings.ts';
import {
  begin,
  change,
  changedIn,
  checksOf,
  choose,
  rebase,
  type SettingsChecks,
  takeBack,
  waitsForRestart,
} from './settings-draft.ts';
import { useSettingsSections } from './settings-fields.tsx';

export interface SettingsDialogProps {
  readonly machine: string;
  /** `general`, `system`, `boot` or `consoles`. */
  readonly section?: string;
  readonly onClose: () => void;
}

export default function SettingsDialog({ machine: id, section, onClose }: SettingsDialogProps) {
  const t = useText('machines');
  const machine = useMachine(id);
  // Once open it stays open, also when the machine goes: somebody may have typed much.
  const [first, setFirst] = useState(machine);
  if (!first && machine) setFirst(machine);
  if (first) return <Form key={id} first={first} live={machine} section={section} onClose={onClose} />;
  return (
    <Dialog title={t('settings.titleGone')} onClose={onClose}>
      <Gone />
    </Dialog>
  );
}

function Gone() {
  const t = useText('machines');
  return (
    <Banner level="error" title={t('settings.gone')}>
      {t('settings.goneNextStep')}
    </Banner>
  );
}

interface FormProps {
  readonly first: Machine;
  /** Undefined once it was deleted. */
  readonly live: Machine | undefined;
  readonly section: string | undefined;
  readonly onClose: () => void;
}

interface Refused {
  readonly name: string;
  readonly text: string;
}

function Form({ first, live, section, onClose }: FormProps) {
  const t = useText('machines');
  const tApp = useText('app');
  const host = useHost();
  const machines = useMachines();
  const info = useHostInfo();
  const status = useHostStatus();
  const [editing, setEditing] = useState(() => begin(first));
  const [sending, setSending] = useState<ReadonlySet<string>>(new Set());
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<ShownError | null>(null);
  const [nameRefused, setNameRefused] = useState<Refused | null>(null);
  useEffect(() => {
    if (live) setEditing((before) => rebase(before, live));
  }, [live]);

  const { draft, clashes, merged } = editing;
  const checks = refusing(checksOf(draft, { id: first.id, machines, info, status }), nameRefused, draft.name);
  const changed = changedIn(editing);
  const waiting = waitsForRestart(live?.active ?? null, draft);
  const faulty = FIELDS.some((field) => checks[field].level === 'error');
  const sections = useSettingsSections({
    editing,
    checks,
    changed,
    waiting,
    onChange: (changes) => setEditing((before) => change(before, changes)),
    onTakeBack: (field) => setEditing((before) => takeBack(before, field)),
    onBusy: (role, busy) =>
      setSending((before) => {
        const after = new Set(before);
        if (busy) after.add(role);
        else after.delete(role);
        return after;
      }),
  });
  const whyNot = whyNotSaved();
  function whyNotSaved(): string | undefined {
    if (!live) return t('settings.gone');
    if (saving) return t('settings.saving');
    if (!host.mayWrite) return t('new.notConnected');
    if (sending.size > 0 && draft.boot.template === 'files') return t('new.waitForFiles');
    if (mustChoose(editing)) return t('conflict.chooseFirst');
    return faulty ? t('new.mend') : undefined;
  }

  // Why not is a tooltip, too: who presses the keys sees it here.
  const words = !saving && changed.length > 0 && whyNot ? whyNot : waiting.length > 0 ? t('settings.restartNote') : '';

  const submit = async () => {
    if (whyNot !== undefined) return;
    setSaving(true);
    setError(null);
    try {
      const open = await saveSettings(host.connection, first.id, editing);
      if (open) setEditing((before) => rebase(before, open.base));
      else onClose();
    } catch (reason) {
      if (isInnError(reason) && reason.code === 'name-taken') {
        setNameRefused({ name: draft.name, text: `${reason.message}. ${reason.nextStep}` });
      } else setError(shownError(reason));
    } finally {
      setSaving(false);
    }
  };
  return (
    <Dialog
      title={t('settings.title', { name: editing.base.settings.name })}
      size="l"
      flush
      sticky={changed.length > 0}
      onClose={onClose}
      onSubmit={() => void submit()}
      footer={
        <>
          <span className="muted ell" role="status">
            {changed.length === 0 ? t('settings.nothingChanged') : t('settings.changed', { count: changed.length })}
            {words.length > 0 && ` · ${words}`}
          </span>
          <span className="grow" />
          <Button onPress={onClose}>{tApp('common.cancel')}</Button>
          <Button variant="primary" whyNot={whyNot} onPress={() => void submit()}>
            {saving ? t('settings.saving') : t('settings.ok')}
            <Keys of="mod+enter" joined />
          </Button>
        </>
      }
    >
      <Panes
        label={t('settings.sections')}
        sections={sections}
        start={section}
        searchLabel={t('settings.search')}
        nothing={(text) => t('settings.nothing', { text })}
        top={
          (!live || error || clashes.length > 0 || merged.length > 0) && (
            <>
              {!live && <Gone />}
              {error && (
                <Banner level="error" title={error.message}>
                  {error.nextStep}
                </Banner>
              )}
              <Clashes editing={editing} onChoose={(field, side) => setEditing((now) => choose(now, field, side))} />
            </>
          )
        }
      />
    </Dialog>
  );
}

/** With what the host said to a name, for as long as it is that name. */
function refusing(checks: SettingsChecks, refused: Refused | null, name: string): Record<Field, FieldCheck> {
  if (refused?.name !== name) return checks;
  return { ...checks, name: { level: 'error', text: refused.text } };
}
