/** What stands between a terminal and its guest, said under it: as a line of its own where it lasts, else in the status line. */
import { useStore } from 'zustand';
import type { Machine } from '../../shared/contract/machine.ts';
import { useAction } from '../actions/use-action.ts';
import { useText } from '../i18n/i18n.ts';
import { shownError } from '../state/shown-error.ts';
import { Button, Spinner, StateIcon } from '../ui/index.ts';
import type { ConsoleTerminal } from './terminal.ts';

export interface NoticeProps {
  readonly machine: Machine;
  readonly terminal: ConsoleTerminal;
}

export function ConsoleNotice({ machine, terminal }: NoticeProps) {
  const t = useText('console');
  const { phase, error } = useStore(terminal.store);
  if (phase === 'refused') {
    const { message, nextStep } = shownError(error);
    return (
      <div className="console-notice" role="alert">
        {t('state.refused', { message, nextStep })}
      </div>
    );
  }
  switch (machine.state) {
    case 'powered-off':
      return <Off machine={machine} text={t('state.off')} />;
    case 'aborted':
      return <Off machine={machine} text={t('state.aborted')} />;
    default:
      return null;
  }
}

/** What will pass: it must not change the size of the terminal. */
export function ConsoleNote({ machine, terminal }: NoticeProps) {
  const t = useText('console');
  const phase = useStore(terminal.store, (state) => state.phase);
  const resume = useAction('machine.resume', machine);
  if (phase === 'lost' || phase === 'connecting') {
    return (
      <span className="console-note" role="status">
        <Spinner size={12} /> {t(phase === 'lost' ? 'state.lost' : 'state.connecting')}
      </span>
    );
  }
  switch (machine.state) {
    case 'paused':
      return (
        <span className="console-note" role="status">
          <StateIcon state="paused" size={12} /> {t('state.paused')}
          <Button
            variant="link"
            size="s"
            whyNot={resume.whyNot}
            onPress={() => {
              resume.run();
              terminal.focus();
            }}
          >
            {resume.label}
          </Button>
        </span>
      );
    case 'starting':
      return (
        <span className="console-note" role="status">
          <Spinner size={12} /> {t('state.starting')}
        </span>
      );
    default:
      return null;
  }
}

function Off({ machine, text }: { readonly machine: Machine; readonly text: string }) {
  const start = useAction('machine.start', machine);
  return (
    <div className="console-notice" role="status">
      <StateIcon state={machine.state} />
      {text}
      <Button variant="link" onPress={start.run} whyNot={start.whyNot}>
        {start.label}
      </Button>
    </div>
  );
}
