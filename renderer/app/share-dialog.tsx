/** A link by which others may watch: made by the server when the dialog opens. */
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import { type ShownError, shownError } from '../state/shown-error.ts';
import { Banner, Button, Dialog, Skeleton, TextField } from '../ui/index.ts';
import { makeViewOnlyLink } from './share-link.ts';

export default function ShareDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText('app');
  const [link, setLink] = useState<string | null>(null);
  const [error, setError] = useState<ShownError | null>(null);
  const [copied, setCopied] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const controller = new AbortController();
    makeViewOnlyLink(controller.signal).then(setLink, (reason: unknown) => {
      if (!controller.signal.aborted) setError(shownError(reason));
    });
    return () => controller.abort();
  }, []);

  const copy = async () => {
    if (link === null) return;
    field.current?.select();
    await navigator.clipboard.writeText(link);
    setCopied(true);
  };
  return (
    <Dialog
      title={t('share.title')}
      size="m"
      onClose={onClose}
      footer={
        <>
          <span className="grow" />
          <Button onPress={onClose}>{t('common.close')}</Button>
          <Button
            variant="primary"
            whyNot={link === null ? t('share.notYet') : undefined}
            onPress={() => void copy().catch((reason: unknown) => setError(shownError(reason)))}
          >
            {copied ? t('common.copied') : t('share.copy')}
          </Button>
        </>
      }
    >
      <p className="form-lead">{t('share.text')}</p>
      {error && (
        <Banner level="error" title={error.message}>
          {error.nextStep}
        </Banner>
      )}
      {link === null ? (
        !error && <Skeleton rows={1} />
      ) : (
        <TextField label={t('share.link')} value={link} isReadOnly inputRef={field} monospace />
      )}
    </Dialog>
  );
}
