import { useHostConnection } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { useMachine } from '../state/stores.ts';
import { reporting } from '../state/toasts.ts';
import { ConfirmDialog } from '../ui/index.ts';

export interface PowerDialogProps {
  readonly machine: string;
  readonly how: 'power-off' | 'reset';
  readonly onClose: () => void;
}

/** Before the guest loses what it has not written yet. */
export default function PowerDialog({ machine: id, how, onClose }: PowerDialogProps) {
  const t = useText('machines');
  const host = useHostConnection();
  const machine = useMachine(id);
  if (!machine) return null;
  const { name } = machine.settings;
  const reset = how === 'reset';
  return (
    <ConfirmDialog
      title={t(reset ? 'power.resetTitle' : 'power.offTitle', { name })}
      text={t(reset ? 'power.resetText' : 'power.offText')}
      action={t(reset ? 'action.reset' : 'action.powerOff')}
      danger
      onClose={onClose}
      onConfirm={() =>
        reporting(async () => void (await host.call(reset ? 'machine.reset' : 'machine.powerOff', { id })))
      }
    />
  );
}
