/** The question before an address is opened that a guest has printed. */
import { useText } from '../i18n/i18n.ts';
import { reporting } from '../state/toasts.ts';
import { Banner, Button, Dialog } from '../ui/index.ts';
import { checkLink } from './links.ts';

export interface LinkDialogProps {
  readonly address: string;
  readonly onClose: () => void;
}

/** Without a way back to this window, and without telling the page where it was found. */
async function open(url: string): Promise<void> {
  if (window.innkeeper?.openExternal) await window.innkeeper.openExternal(url);
  else window.open(url, '_blank', 'noopener,noreferrer');
}

export function LinkDialog({ address, onClose }: LinkDialogProps) {
  const t = useText('console');
  const app = useText('app');
  const check = checkLink(address);
  const copy = () => reporting(() => navigator.clipboard.writeText(check.ok ? check.url : address));
  const go = () => {
    onClose();
    if (check.ok) reporting(() => open(check.url));
  };
  return (
    <Dialog
      title={check.ok ? t('link.title') : t('link.refused')}
      size="m"
      onClose={onClose}
      {...(check.ok ? { onSubmit: go } : {})}
      footer={
        <>
          <Button variant="quiet" onPress={copy}>
            {t('link.copy')}
          </Button>
          <span className="grow" />
          <Button onPress={onClose} autoFocus>
            {check.ok ? app('common.cancel') : app('common.close')}
          </Button>
          {check.ok && (
            <Button variant="primary" onPress={go}>
              {t('link.action')}
            </Button>
          )}
        </>
      }
    >
      <div className="console-question">
        {check.ok ? <p>{t('link.text')}</p> : <Banner level="warning" title={t(`link.${check.why}`)} />}
        <section className="console-quote console-address selectable" aria-label={t('link.label')}>
          {check.ok ? (
            <>
              {check.before}
              <b>{check.host}</b>
              {check.after}
            </>
          ) : (
            address.slice(0, 4096)
          )}
        </section>
      </div>
    </Dialog>
  );
}
