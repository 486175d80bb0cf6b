import type { Machine } from '../../shared/contract/machine.ts';
import { useText } from '../i18n/i18n.ts';
import { useNow } from '../state/use-now.ts';
import { StateIcon } from '../ui/index.ts';
import { OperationStrip } from './operation-strip.tsx';
import { factText, stateText } from './words.ts';

/** Name, state and one fact. */
export function MachineHeader({ machine }: { readonly machine: Machine }) {
  const now = useNow(1000);
  return (
    <header className="ghead">
      <h1 className="ell">{machine.settings.name}</h1>
      <StateChip machine={machine} />
      <span className="muted ell">{factText(machine, now)}</span>
      <OperationStrip machine={machine} />
    </header>
  );
}

function StateChip({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  return (
    <span className="chip" role="status" aria-label={t('stateOf', { name: machine.settings.name })}>
      <StateIcon state={machine.state} size={14} />
      {stateText(machine)}
    </span>
  );
}
