/** How a machine failed: what happened, the ways out, and the report folded. */
import { Copy, Play, Save, Undo2 } from 'lucide-react';
import type { Machine } from '../../shared/contract/machine.ts';
import { useAction } from '../actions/use-action.ts';
import { useText } from '../i18n/i18n.ts';
import { reporting } from '../state/toasts.ts';
import { Button, StateIcon } from '../ui/index.ts';
import { saveFile } from './save-file.ts';

export function Aborted({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const start = useAction('machine.start', machine);
  const discard = useAction('machine.discard', machine);
  const { failure } = machine;
  if (machine.state !== 'aborted') return null;
  const { name } = machine.settings;
  return (
    <section className="rep" aria-label={t('aborted.label')}>
      <StateIcon state="aborted" size={18} />
      <div className="grow">
        <h2>{t('aborted.title', { name })}</h2>
        <p className="selectable">{failure?.message ?? t('aborted.unknown')}</p>
        <p className="muted">{t('aborted.safe')}</p>
        <div className="rep-ways">
          <Button variant="primary" icon={Play} whyNot={start.whyNot} onPress={start.run}>
            {t('aborted.again')}
          </Button>
          <Button icon={Undo2} whyNot={discard.whyNot} onPress={discard.run}>
            {t('action.discard')}
          </Button>
          {failure && (
            <Button icon={Save} onPress={() => saveFile(`${name}-report.txt`, failure.report)}>
              {t('aborted.save')}
            </Button>
          )}
        </div>
        {failure && (
          <details className="rep-report">
            <summary>{t('aborted.report')}</summary>
            <div className="rep-log">
              <pre className="log selectable">{failure.report}</pre>
              <Button
                size="s"
                icon={Copy}
                onPress={() => reporting(() => navigator.clipboard.writeText(failure.report))}
              >
                {t('aborted.copy')}
              </Button>
            </div>
            <p className="muted small">{t('aborted.private')}</p>
          </details>
        )}
      </div>
    </section>
  );
}
