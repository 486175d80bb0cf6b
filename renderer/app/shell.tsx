/** The frame: toolbar above, tree left, what is chosen right, status bar beneath. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { Group, Panel, type PanelImperativeHandle } from 'react-resizable-panels';
import { useText } from '../i18n/i18n.ts';
import { MachinePage } from '../machines/machine-page.tsx';
import { heirOf, orderOf, type Spot, spotOf } from '../machines/tree/order.ts';
import { MachineTree } from '../machines/tree/tree.tsx';
import { showHome, showMachine, usePlace } from '../state/navigate.ts';
import { useMachine, useMachines, useMachinesKnown } from '../state/stores.ts';
import { ConnectionBar } from './connection-bar.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { HomePage } from './home-page.tsx';
import { NoticeBars } from './notice-bars.tsx';
import { Palette } from './palette/palette.tsx';
import { moveRegion } from './regions.ts';
import { Splitter } from './splitter.tsx';
import { StatusBar } from './status-bar.tsx';
import { Toolbar } from './toolbar.tsx';
import { TreeFoot } from './tree-foot.tsx';
import { TREE_WIDTH, useTreeWidth } from './tree-width.ts';
import { useKeys } from './use-keys.ts';

export function Shell() {
  const t = useText('app');
  useKeys();
  useSelection();
  const tree = useRef<PanelImperativeHandle>(null);
  const { width, keep } = useTreeWidth();
  return (
    <div className="app">
      <Toolbar />
      <Group
        className="panes"
        orientation="horizontal"
        onLayoutChanged={(layout) => {
          if (layout.tree !== undefined) keep(layout.tree);
        }}
      >
        <Panel
          id="tree"
          className="tree-pane"
          defaultSize={width}
          panelRef={tree}
          minSize={TREE_WIDTH.least}
          maxSize={TREE_WIDTH.most}
          groupResizeBehavior="preserve-pixel-size"
        >
          <nav className="tree" aria-label={t('region.tree')} data-region>
            <MachineTree />
            <TreeFoot />
            <Splitter panel={tree} width={width} />
          </nav>
        </Panel>
        <Panel id="pane" minSize={420}>
          <main className="pane">
            <ConnectionBar />
            <NoticeBars />
            <ErrorBoundary>
              <Page />
            </ErrorBoundary>
          </main>
        </Panel>
      </Group>
      <StatusBar />
      <Palette />
    </div>
  );
}

function Page() {
  const place = usePlace();
  const known = useMachinesKnown();
  const machines = useMachines();
  const machine = useMachine(place.page === 'machine' ? place.machine : null);
  if (machine) return <MachinePage machine={machine} />;
  return known && machines.length === 0 && place.page === 'home' ? <HomePage /> : null;
}

/**
 * Some machine is always chosen where there is one: the first of the tree to begin with, and the neighbour of one that went
 * away. One that is chosen before the host has told of it is waited for.
 */
function useSelection(): void {
  const place = usePlace();
  const machines = useMachines();
  const order = useMemo(() => orderOf(machines), [machines]);
  const known = useMachinesKnown();
  const [started, setStarted] = useState(false);
  const seen = useRef<{ id: string; spot: Spot } | null>(null);
  useEffect(() => {
    if (!known) return;
    setStarted(true);
    const wanted = place.page === 'machine' ? place.machine : null;
    const spot = spotOf(order, wanted);
    if (wanted !== null && spot) {
      seen.current = { id: wanted, spot };
      return;
    }
    if (wanted !== null && started && seen.current?.id !== wanted) return;
    const next = seen.current ? heirOf(order, seen.current.spot) : order[0]?.id;
    seen.current = null;
    if (next !== undefined) showMachine(next);
    else if (place.page !== 'home') {
      showHome();
      // What had the focus went with the last machine
      setTimeout(() => {
        if (document.activeElement === document.body) moveRegion(document, 1);
      }, 0);
    }
  }, [known, order, place, started]);
}
