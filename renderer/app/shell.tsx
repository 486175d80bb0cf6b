import { MachinePage } from '../machines/machine-page.tsx';
import { showMachine, useSelectedId } from '../state/navigate.ts';
import { useMachine, useMachines } from '../state/stores.ts';
import { Button } from '../ui/index.ts';

export function Shell() {
  const machines = useMachines();
  const machine = useMachine(useSelectedId());
  return (
    <div className="app">
      <aside>
        {machines.map(({ id, settings }) => (
          <Button key={id} onPress={() => showMachine(id)}>
            {settings.name}
          </Button>
        ))}
      </aside>
      <main className="pane">{machine && <MachinePage machine={machine} />}</main>
    </div>
  );
}
