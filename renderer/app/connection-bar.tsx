/** Says when the window and its host do not talk, and what comes of it. */
import { useConnectionState } from '../connection/connection-state.ts';
import { useHostConnection } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { shownError } from '../state/shown-error.ts';
import { reporting } from '../state/toasts.ts';
import { Banner, Button } from '../ui/index.ts';

export function ConnectionBar() {
  const t = useText('app');
  const host = useHostConnection();
  const status = useConnectionState((state) => state.status);
  const error = useConnectionState((state) => state.error);
  if (status === 'lost') {
    return (
      <div className="bars">
        <Banner
          level="warning"
          title={t('connection.lost')}
          actions={
            <Button size="s" onPress={() => host.retry()}>
              {t('connection.now')}
            </Button>
          }
        >
          {t('connection.lostText')}
        </Banner>
      </div>
    );
  }
  if (status !== 'refused') return null;
  const { message, nextStep } = shownError(error);
  const restart = window.innkeeper?.restart;
  return (
    <div className="bars">
      <Banner
        level="error"
        title={t('connection.refused')}
        actions={
          <>
            {restart && (
              <Button size="s" onPress={() => reporting(restart)}>
                {t('connection.restart')}
              </Button>
            )}
            <Button size="s" onPress={() => window.location.reload()}>
              {t('connection.reload')}
            </Button>
          </>
        }
      >
        {message}. {nextStep}
      </Banner>
    </div>
  );
}
