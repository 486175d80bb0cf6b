/** The question before text is pasted that could do more than one expects. */
import { useState } from 'react';
import { formatBytes } from '../../shared/base/units.ts';
import { useText } from '../i18n/i18n.ts';
import { Banner, Button, Dialog, Switch } from '../ui/index.ts';
import { MAX_PASTE, type PasteCheck } from './paste.ts';

/** Characters that are shown: enough to recognise anything. */
const SHOWN = 20_000;

export interface PasteDialogProps {
  readonly check: PasteCheck;
  /** The guest asked to be told what is pasted. */
  readonly bracketed: boolean;
  readonly onPaste: (askAgain: boolean) => void;
  readonly onClose: () => void;
}

export function PasteDialog({ check, bracketed, onPaste, onClose }: PasteDialogProps) {
  const t = useText('console');
  const app = useText('app');
  const [quiet, setQuiet] = useState(false);
  const paste = () => {
    onClose();
    onPaste(!quiet);
  };
  const title = check.tooLong
    ? t('paste.titleLong')
    : check.runs
      ? t('paste.title', { count: check.lines })
      : t('paste.titleControl');
  return (
    <Dialog
      title={title}
      size="m"
      onClose={onClose}
      {...(check.tooLong ? {} : { onSubmit: paste })}
      footer={
        <>
          {check.runs && !check.tooLong && <Switch label={t('paste.again')} isSelected={quiet} onChange={setQuiet} />}
          <span className="grow" />
          <Button onPress={onClose} autoFocus>
            {check.tooLong ? app('common.close') : app('common.cancel')}
          </Button>
          {!check.tooLong && (
            <Button variant="primary" onPress={paste}>
              {t('paste.action')}
            </Button>
          )}
        </>
      }
    >
      <div className="console-question">
        {check.tooLong && <p>{t('paste.long', { size: formatBytes(MAX_PASTE) })}</p>}
        {check.runs && !check.tooLong && <p>{bracketed ? t('paste.bracketed') : t('paste.runs')}</p>}
        {check.removed > 0 && <Banner level="warning" title={t('paste.removed', { count: check.removed })} />}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is scrolled by keys */}
        <section className="console-quote selectable" tabIndex={0} aria-label={t('paste.text')}>
          {check.shown.slice(0, SHOWN)}
        </section>
        {check.shown.length > SHOWN && <p className="muted small">{t('paste.cut')}</p>}
      </div>
    </Dialog>
  );
}
