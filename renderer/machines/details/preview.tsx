/** The machine at a glance: the end of its console, and what it uses. */
import { SquareTerminal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { formatBytes } from '../../../shared/base/units.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useStream } from '../../connection/use-host.ts';
import { secondsText } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import { showConsole } from '../../state/navigate.ts';
import { useUsage } from '../../state/stores.ts';
import { Button, Sparkline } from '../../ui/index.ts';
import { Card } from './card.tsx';
import { Tail } from './tail.ts';

/** Of the thumbnail, in characters. */
const ROWS = 14;
const COLUMNS = 54;
/** Milliseconds between two pictures: a glance needs no more, and a flood of output must not cost more. */
const REFRESH = 500;

export function Preview({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const [console] = machine.consoles;
  return (
    <Card
      icon={SquareTerminal}
      title={t('details.preview')}
      className="card-preview"
      action={
        <Button variant="link" size="s" onPress={() => showConsole(machine.id)}>
          {t('action.show')}
        </Button>
      }
    >
      <div className="preview">
        {console && <Thumbnail key={console.id} machine={machine} console={console.id} />}
        <Live machine={machine} />
      </div>
    </Card>
  );
}

function Thumbnail({ machine, console }: { readonly machine: Machine; readonly console: string }) {
  const t = useText('machines');
  const tail = useRef(new Tail());
  const dirty = useRef(false);
  const [lines, setLines] = useState<readonly string[]>([]);
  useStream(
    'console.attach',
    { id: machine.id, console },
    (event) => {
      if (event.kind === 'restarted') tail.current.clear();
      if (event.kind === 'output' || event.kind === 'replay') tail.current.push(event.bytes);
      dirty.current = true;
      if (event.kind === 'replay' && event.last) setLines(tail.current.lines(ROWS, COLUMNS));
    },
    // What cannot be had here is reported where the console is shown.
    () => setLines([]),
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (!dirty.current) return;
      dirty.current = false;
      setLines(tail.current.lines(ROWS, COLUMNS));
    }, REFRESH);
    return () => clearInterval(timer);
  }, []);
  const empty = machine.active === null ? t('details.notRunning') : t('details.silent');
  return (
    <div className="thumb" role="img" aria-label={t('details.console', { name: console })}>
      {lines.length === 0 ? <span className="thumb-empty">{empty}</span> : lines.join('\n')}
    </div>
  );
}

function Live({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const usage = useUsage(machine.id);
  const last = usage.at(-1);
  const { cores, memory } = machine.active ?? machine.settings;
  const none = '–';
  return (
    <div className="live">
      <dl>
        <dt>{t('details.cpu')}</dt>
        <dd>{last ? t('details.cpuOf', { used: last.cpu.toFixed(1), count: cores }) : none}</dd>
      </dl>
      <div className="live-chart" role="img" aria-label={t('details.cpuChart')}>
        <Sparkline values={usage.map(({ cpu }) => cpu)} max={cores} width={240} height={32} stretch />
      </div>
      <dl>
        <dt>{t('details.memory')}</dt>
        <dd>
          {last
            ? t('details.memoryOf', { used: formatBytes(last.memory), given: formatBytes(memory) })
            : formatBytes(memory)}
        </dd>
        <dt>{t('details.booted')}</dt>
        <dd>{machine.bootMs === null ? none : secondsText(machine.bootMs)}</dd>
      </dl>
    </div>
  );
}
