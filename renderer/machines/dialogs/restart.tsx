import './dialogs.css';
import { useState } from 'react';
import { useHostConnection } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { useMachine } from '../../state/stores.ts';
import { reporting, toast } from '../../state/toasts.ts';
import { Cards } from '../../ui/cards.tsx';
import { Button, Dialog, Keys } from '../../ui/index.ts';
import { describeField } from '../fields/describe.ts';
import { waitingForRestart } from '../fields/difference.ts';
import { type RestartHow, restartMachine } from './restart-machine.ts';

export interface RestartDialogProps {
  readonly machine: string;
  readonly onClose: () => void;
}

/** How to restart a machine whose settings differ from what it runs with. */
export default function RestartDialog({ machine: id, onClose }: RestartDialogProps) {
  const t = useText('machines');
  const tApp = useText('app');
  const host = useHostConnection();
  const machine = useMachine(id);
  // A paused guest cannot hear that it is asked.
  const mayAsk = machine?.state === 'running';
  const [how, setHow] = useState<RestartHow>(mayAsk ? 'shut-down' : 'power-off');
  if (!machine) return null;
  const { name } = machine.settings;
  const go = () => {
    onClose();
    if (how === 'shut-down') toast({ text: t('restart.wait', { name }) });
    reporting(() => restartMachine(host, id, how));
  };
  return (
    <Dialog
      title={t('restart.title', { name })}
      onClose={onClose}
      onSubmit={go}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose}>{tApp('common.cancel')}</Button>
          <Button variant={how === 'power-off' ? 'danger' : 'primary'} onPress={go}>
            {t('restart.go')}
            <Keys of="mod+enter" joined />
          </Button>
        </>
      }
    >
      <p className="form-lead">{t('restart.text')}</p>
      <dl className="restart-changes" aria-label={t('restart.changes')}>
        {waitingForRestart(machine).map((field) => (
          <div key={field}>
            <dt>{t(`field.${field}`)}</dt>
            <dd>
              <span className="muted">{describeField(field, machine.active?.[field])}</span> →{' '}
              <span className="strong">{describeField(field, machine.settings[field])}</span>
            </dd>
          </div>
        ))}
      </dl>
      <Cards<RestartHow>
        label={t('restart.how')}
        value={how}
        onChange={setHow}
        choices={[
          ...(mayAsk
            ? [{ value: 'shut-down' as const, title: t('restart.shutDown'), text: t('restart.shutDownText') }]
            : []),
          { value: 'power-off', title: t('restart.powerOff'), text: t('restart.powerOffText') },
        ]}
      />
    </Dialog>
  );
}
