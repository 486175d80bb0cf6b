/** What takes longer than a moment: progress, cancel, and what failed until it is read. */
import { Check, CircleAlert, X } from 'lucide-react';
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components';
import type { Operation } from '../../shared/contract/operation.ts';
import { useHost } from '../connection/use-host.ts';
import { durationText, percentText } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useOperations } from '../state/stores.ts';
import { reporting } from '../state/toasts.ts';
import { Button, Icon, IconButton, Progress, Spinner } from '../ui/index.ts';

export function OperationsTray() {
  const t = useText('app');
  const operations = useOperations();
  if (operations.length === 0) return <span>{t('status.idle')}</span>;
  return (
    <DialogTrigger>
      <AriaButton className="tray-button">
        <Summary operations={operations} />
      </AriaButton>
      <Popover className="menu-pop tray" placement="top end" offset={4}>
        <Dialog className="tray-in" aria-label={t('status.tray')}>
          {operations.toReversed().map((operation) => (
            <Row key={operation.id} operation={operation} />
          ))}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Summary({ operations }: { readonly operations: readonly Operation[] }) {
  const t = useText('app');
  const running = operations.filter(({ status }) => status === 'running');
  const failed = operations.filter(({ status }) => status === 'failed');
  const [only] = running;
  return (
    <>
      {failed.length > 0 && (
        <b className="row st-aborted">
          <Icon of={CircleAlert} size={14} />
          {t('status.failed', { count: failed.length })}
        </b>
      )}
      {running.length === 1 && only && (
        <>
          <Spinner />
          <span>{title(t, only)}</span>
          {only.progress !== null && <span>{percentText(only.progress)}</span>}
          <Progress label={title(t, only)} value={only.progress} />
        </>
      )}
      {running.length > 1 && (
        <>
          <Spinner />
          <span>{t('status.operations', { count: running.length })}</span>
        </>
      )}
      {running.length === 0 && failed.length === 0 && (
        <>
          <Icon of={Check} size={14} />
          <span>{t('status.done')}</span>
        </>
      )}
    </>
  );
}

type Text = ReturnType<typeof useText<'app'>>;

function title(t: Text, { kind, subject }: Operation): string {
  return t(`operation.${kind}`, { subject });
}

function Row({ operation }: { readonly operation: Operation }) {
  const t = useText('app');
  const host = useHost();
  const { id, status, step, progress, mayCancel, error, startedAt, endedAt } = operation;
  const reason = host.mayWrite ? undefined : t(host.access === 'read' ? 'why.viewOnly' : 'why.notConnected');
  return (
    <section className="tray-row">
      <div className="tray-icon">
        {status === 'running' && <Spinner />}
        {status === 'done' && <Icon of={Check} size={14} className="st-running" />}
        {status === 'failed' && <Icon of={CircleAlert} size={14} className="st-aborted" />}
      </div>
      <div className="grow">
        <div className="strong ell">{title(t, operation)}</div>
        {status === 'running' && (
          <>
            <div className="tray-step">
              <span className="ell grow">{step}</span>
              {progress !== null && <span>{percentText(progress)}</span>}
            </div>
            <Progress label={title(t, operation)} value={progress} wide />
          </>
        )}
        {status === 'failed' && error && (
          <div className="tray-error selectable">
            {error.message}. {error.nextStep}
          </div>
        )}
        {status === 'done' && (
          <div className="muted small">
            {t('status.took', { duration: durationText((endedAt ?? startedAt) - startedAt) })}
          </div>
        )}
        {status === 'cancelled' && <div className="muted small">{t('status.cancelled')}</div>}
      </div>
      {status === 'running' && mayCancel && (
        <Button
          size="s"
          whyNot={reason}
          onPress={() => reporting(async () => void (await host.call('operation.cancel', { id })))}
        >
          {t('common.cancel')}
        </Button>
      )}
      {status !== 'running' && (
        <IconButton
          size="s"
          icon={X}
          label={t('common.dismiss')}
          whyNot={reason}
          onPress={() => reporting(async () => void (await host.call('operation.dismiss', { id })))}
        />
      )}
    </section>
  );
}
