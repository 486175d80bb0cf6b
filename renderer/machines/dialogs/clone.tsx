import './dialogs.css';
import { useState } from 'react';
import { isInnError } from '../../../shared/base/errors.ts';
import { useHost } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { useMachine, useMachines } from '../../state/stores.ts';
import { Banner, Button, Dialog, Keys } from '../../ui/index.ts';
import { checkName } from '../fields/checks.ts';
import { freeName } from '../fields/free-name.ts';
import { NameField } from '../fields/name-field.tsx';
import { isUp } from '../machine-actions.ts';
import { cloneMachine } from './clone-machine.ts';

export interface CloneDialogProps {
  readonly machine: string;
  readonly onClose: () => void;
}

/** Asks for the name of the clone. */
export default function CloneDialog({ machine: id, onClose }: CloneDialogProps) {
  const t = useText('machines');
  const tApp = useText('app');
  const host = useHost();
  const machines = useMachines();
  const machine = useMachine(id);
  /** Kept, for the machine may be deleted while this is open. */
  const [source] = useState(machine?.settings.name ?? '');
  const [name, setName] = useState(() =>
    freeName(
      t('clone.name', { name: source }),
      machines.map(({ settings }) => settings.name),
    ),
  );
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ShownError | null>(null);
  /** What the host said about the name: it knows of names that are about to be taken. */
  const [nameTaken, setNameTaken] = useState<string | null>(null);

  const check = nameTaken === null ? checkName(name.trim(), machines) : ({ level: 'error', text: nameTaken } as const);
  const whyNot = asking
    ? t('clone.cloning')
    : !host.mayWrite
      ? t('new.notConnected')
      : !machine
        ? t('settings.gone')
        : check.level === 'error'
          ? t('new.mend')
          : undefined;

  const clone = async () => {
    setAsking(true);
    setError(null);
    try {
      await cloneMachine(host.connection, id, name.trim());
      onClose();
    } catch (reason) {
      setAsking(false);
      if (isInnError(reason) && reason.code === 'name-taken') setNameTaken(`${reason.message}. ${reason.nextStep}`);
      else setError(shownError(reason));
    }
  };
  const submit = () => {
    if (whyNot === undefined) void clone();
  };
  return (
    <Dialog
      title={t('clone.title', { name: source })}
      onClose={onClose}
      onSubmit={submit}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose}>{tApp('common.cancel')}</Button>
          <Button variant="primary" whyNot={whyNot} onPress={submit}>
            {asking ? t('clone.cloning') : t('clone.go')}
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
      {!machine && <Banner level="error" title={t('settings.gone')} />}
      <p className="form-lead">{t('clone.text')}</p>
      {machine && isUp(machine.state) && <p className="form-lead muted">{t('clone.up')}</p>}
      <div className="clone-name">
        <NameField
          name={name}
          check={check}
          onChange={(next) => {
            setNameTaken(null);
            setName(next);
          }}
          onEnter={submit}
        />
      </div>
    </Dialog>
  );
}
