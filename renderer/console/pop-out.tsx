/** A window with one console and nothing else. */
import './console.css';
import { useEffect, useState } from 'react';
import type { Machine } from '../../shared/contract/machine.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import { useText } from '../i18n/i18n.ts';
import { useMachine, useMachinesKnown } from '../state/stores.ts';
import { Button } from '../ui/index.ts';
import { ConsolePane } from './console-pane.tsx';
import { useGround } from './use-ground.ts';
import { useConsolePreferences, useTerminals } from './use-terminals.ts';
import { beWindowOf } from './windows.ts';

export interface PopOutProps {
  readonly machineId: string;
  readonly consoleId: string;
}

export default function PopOut({ machineId, consoleId }: PopOutProps) {
  const t = useText('console');
  const machine = useMachine(machineId);
  const known = useMachinesKnown();
  const preferences = useConsolePreferences();
  useEffect(() => beWindowOf(machineId, consoleId), [machineId, consoleId]);
  const name = machine?.settings.name;
  useEffect(() => {
    if (name !== undefined) document.title = t('popOut.title', { id: consoleId, name });
  }, [t, consoleId, name]);

  if (!machine) {
    if (!known) return null;
    return (
      <main className="console-moved console-gone">
        <p>{t('popOut.gone')}</p>
        <Button onPress={() => window.close()}>{t('popOut.close')}</Button>
      </main>
    );
  }
  return preferences && <PoppedOut machine={machine} console={consoleId} preferences={preferences} />;
}

interface PoppedOutProps {
  readonly machine: Machine;
  readonly console: string;
  readonly preferences: Preferences['console'];
}

function PoppedOut({ machine, console, preferences }: PoppedOutProps) {
  const terminals = useTerminals(machine, preferences);
  const ground = useGround(preferences.theme);
  const [search, setSearch] = useState<number | null>(null);
  return (
    <main className="consoles consoles-alone" data-term={ground}>
      <ConsolePane
        machine={machine}
        console={console}
        terminals={terminals}
        preferences={preferences}
        visible
        split={false}
        search={search}
        onSearch={(open) => setSearch((asked) => (open ? (asked ?? 0) + 1 : null))}
      />
    </main>
  );
}
