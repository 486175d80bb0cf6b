/** Before there is any machine. */
import { Play } from 'lucide-react';
import { useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { useHostConnection } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { useHostInfo } from '../state/stores.ts';
import { reportError } from '../state/toasts.ts';
import { Button } from '../ui/index.ts';
import { tryLinux } from './try-linux.ts';

export function HomePage() {
  const t = useText('app');
  const host = useHostConnection();
  const info = useHostInfo();
  const attempt = useAction('machine.try');
  const create = useAction('machine.new');
  const [busy, setBusy] = useState(false);
  const begin = () => {
    setBusy(true);
    tryLinux(host)
      .catch(reportError)
      .finally(() => setBusy(false));
  };
  return (
    <div className="center" data-region>
      <div className="hello">
        <h1>{t('home.title')}</h1>
        <p className="muted">{t('home.text')}</p>
        <Button
          variant="primary"
          size="l"
          icon={Play}
          className="hello-go"
          whyNot={attempt.whyNot ?? (busy ? t('home.busy') : undefined)}
          onPress={begin}
        >
          {t('action.try')}
        </Button>
        <p className="muted small hello-note">
          {info && t(info.readyKernels.length > 0 ? 'home.ready' : 'home.build')}
        </p>
        <div className="orline">{t('home.or')}</div>
        <Button variant="link" whyNot={create.whyNot} onPress={create.run}>
          {t('home.new')}
        </Button>
      </div>
    </div>
  );
}
