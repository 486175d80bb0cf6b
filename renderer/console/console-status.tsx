/** The line under a terminal. */

import { Button as AriaButton } from 'react-aria-components';
import { useStore } from 'zustand';
import { formatBytes } from '../../shared/base/units.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import { useHost } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { Button, Kbd, WithTooltip } from '../ui/index.ts';
import { ConsoleNote } from './console-notice.tsx';
import { dismissHint, useHint } from './hint.ts';
import { useHostKeyName } from './host-key.ts';
import type { ConsoleTerminal } from './terminal.ts';

export interface ConsoleStatusProps {
  readonly machine: Machine;
  readonly terminal: ConsoleTerminal;
  /** Where several consoles are in sight. */
  readonly named: boolean;
}

export function ConsoleStatus({ machine, terminal, named }: ConsoleStatusProps) {
  const t = useText('console');
  const { access } = useHost();
  const { columns, rows, lines, latency, bytesPerSecond, clipboardRefused } = useStore(terminal.store);
  const id = terminal.at.console;
  return (
    <section className="console-status" aria-label={t('status.label', { id })}>
      {named && <b>{id}</b>}
      <ConsoleNote machine={machine} terminal={terminal} />
      <span aria-label={t('status.sizeWords', { columns, rows })} role="img">
        {t('status.size', { columns, rows })}
      </span>
      {latency !== null && (
        <span title={t('status.latencyWords')}>{t('status.latency', { ms: Math.max(1, Math.round(latency)) })}</span>
      )}
      {bytesPerSecond > 0 && (
        <span title={t('status.throughputWords')}>
          {t('status.throughput', { size: formatBytes(Math.round(bytesPerSecond)) })}
        </span>
      )}
      {!named && <span>{t('status.lines', { count: lines })}</span>}
      {clipboardRefused && (
        <WithTooltip text={t('status.clipboardRefusedWhy')} placement="top">
          <AriaButton className="console-status-note">{t('status.clipboardRefused')}</AriaButton>
        </WithTooltip>
      )}
      <span className="grow" />
      {access === 'read' ? <span>{t('state.viewOnly')}</span> : <KeysNote terminal={terminal} short={named} />}
    </section>
  );
}

/** Where keys go: explained until that was read once, then a reminder. */
interface KeysNoteProps {
  readonly terminal: ConsoleTerminal;
  /** For half the width. */
  readonly short: boolean;
}

function KeysNote({ terminal, short }: KeysNoteProps) {
  const t = useText('console');
  const hostKey = useHostKeyName();
  const explained = useHint((state) => !state.shown);
  if (explained) {
    return (
      <span className="row console-status-key">
        {t('status.hostKey')} <Kbd>{hostKey}</Kbd>
      </span>
    );
  }
  return (
    <span className="console-hint">
      <span className="ell" title={t('hint.text', { key: hostKey })}>
        {t(short ? 'hint.short' : 'hint.text', { key: hostKey })}
      </span>
      <Button
        size="s"
        onPress={() => {
          dismissHint();
          terminal.focus();
        }}
      >
        {t('hint.dismiss')}
      </Button>
    </span>
  );
}
