import { useHost } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { usePreferences } from '../state/stores.ts';
import { Banner, Button, Dialog, Skeleton } from '../ui/index.ts';
import { Panes } from '../ui/panes.tsx';
import { preferenceSections } from './sections.tsx';

export interface PreferencesDialogProps {
  /** `appearance`, `window`, `console` or `newMachine`. */
  readonly section?: string;
  readonly onClose: () => void;
}

export default function PreferencesDialog({ section, onClose }: PreferencesDialogProps) {
  const t = useText('preferences');
  const tApp = useText('app');
  const host = useHost();
  const preferences = usePreferences();
  return (
    <Dialog
      title={t('title')}
      size="l"
      flush
      onClose={onClose}
      onSubmit={onClose}
      footer={
        <>
          <span className="muted ell">
            {host.mayWrite ? t('atOnce') : host.status !== 'connected' && tApp('why.notConnected')}
          </span>
          <span className="grow" />
          <Button onPress={onClose}>{tApp('common.close')}</Button>
        </>
      }
    >
      {preferences ? (
        <Panes
          label={t('sections')}
          sections={preferenceSections(preferences, host.door)}
          start={section}
          searchLabel={t('search')}
          nothing={(text) => t('nothing', { text })}
          top={
            host.status === 'connected' &&
            host.access === 'read' && <Banner level="info" title={tApp('status.viewOnlyWhy')} />
          }
        />
      ) : (
        <Skeleton rows={8} />
      )}
    </Dialog>
  );
}
