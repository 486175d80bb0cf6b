import { Eye } from 'lucide-react';
import { formatBytes, GiB } from '../../shared/base/units.ts';
import { useConnectionState } from '../connection/connection-state.ts';
import { percentText } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useHostStatus } from '../state/stores.ts';
import { Icon, Spinner } from '../ui/index.ts';
import { OperationsTray } from './operations-tray.tsx';

/** Bytes under which the figure says that it is low. */
const DISK_LOW = GiB;

export function StatusBar() {
  const t = useText('app');
  const status = useHostStatus();
  const connection = useConnectionState((state) => state.status);
  const viewOnly = useConnectionState((state) => state.server?.access === 'read');
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: outside of sections a footer is a contentinfo landmark
    <footer className="statusbar" aria-label={t('region.status')} data-region>
      {status && (
        <>
          <span>
            {t('status.cpu')} <b>{percentText(status.cpu)}</b>
          </span>
          <span>
            {t('status.memory')}{' '}
            <b>
              {t('status.memoryOf', {
                promised: status.memoryPromised === 0 ? '0' : formatBytes(status.memoryPromised),
                total: formatBytes(status.memoryTotal),
              })}
            </b>
          </span>
          <span className="hide-narrow">
            {t('status.disk')}{' '}
            {status.diskFree < DISK_LOW ? (
              <b className="st-aborted">{t('status.diskLow', { free: formatBytes(status.diskFree) })}</b>
            ) : (
              <b>{formatBytes(status.diskFree)}</b>
            )}
          </span>
        </>
      )}
      <span className="grow" />
      {viewOnly && (
        <span className="row status-view" title={t('status.viewOnlyWhy')}>
          <Icon of={Eye} size={14} />
          <b>{t('status.viewOnly')}</b>
        </span>
      )}
      {connection === 'connecting' && (
        <span className="row">
          <Spinner /> {t('status.connecting')}
        </span>
      )}
      {(connection === 'lost' || connection === 'refused') && <b className="st-aborted">{t('status.lost')}</b>}
      {connection === 'connected' && <OperationsTray />}
    </footer>
  );
}
