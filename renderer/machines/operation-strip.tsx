/** What is being done with the machine right now, where it was started, with a way to stop it. */
import type { Machine } from '../../shared/contract/machine.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { useHost } from '../connection/use-host.ts';
import { percentText } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useOperations } from '../state/stores.ts';
import { reporting } from '../state/toasts.ts';
import { Button, Progress, Spinner } from '../ui/index.ts';

export function OperationStrip({ machine }: { readonly machine: Machine }) {
  const operation = useOperations().find((each) => each.machine === machine.id && each.status === 'running');
  return operation ? <Strip operation={operation} /> : null;
}

function Strip({ operation }: { readonly operation: Operation }) {
  const t = useText('app');
  const host = useHost();
  const { step, progress, mayCancel, id } = operation;
  return (
    <div className="strip" role="status">
      <Spinner />
      <span className="ell">{step}</span>
      {progress !== null && <span className="muted">{percentText(progress)}</span>}
      <span className="strip-bar">
        <Progress label={step} value={progress} wide />
      </span>
      {mayCancel && (
        <Button
          size="s"
          whyNot={host.mayWrite ? undefined : t(host.access === 'read' ? 'why.viewOnly' : 'why.notConnected')}
          onPress={() => reporting(async () => void (await host.call('operation.cancel', { id })))}
        >
          {t('common.cancel')}
        </Button>
      )}
    </div>
  );
}
