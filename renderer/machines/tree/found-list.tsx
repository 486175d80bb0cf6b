/**
 * The machines that a search finds, over the tree. Its rows are plain elements and only those in sight are there: rows of the tree can
 * be dragged and folded, and to draw a window full of them takes longer than a key may.
 */
import './found-list.css';
import { Ellipsis } from 'lucide-react';
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useHostConnection } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { showMachine, useSelectedId } from '../../state/navigate.ts';
import { Button, Icon } from '../../ui/index.ts';
import { openMachine } from './open-machine.ts';
import { GroupFacts, MachineFacts, textOf } from './row.tsx';
import type { MenuPlace } from './row-menu.tsx';
import { useSearch } from './search.ts';
import { found, GROUP_HEIGHT, type MachineRow, type Placed, placed, ROW_HEIGHT, treeRows } from './tree-model.ts';

/** Pixels that are drawn above and below of what is in sight; the list is drawn anew each time it has been scrolled by half of that. */
const MARGIN = 160;

interface FoundListProps {
  readonly machines: readonly Machine[];
  /** Not blank. */
  readonly search: string;
  /** Id of the text about keys. */
  readonly ways: string;
  readonly onMenu: (place: MenuPlace) => void;
}

export function FoundList({ machines, search, ways, onMenu }: FoundListProps) {
  const t = useText('machines');
  const { list, height } = useMemo(() => placed(treeRows(found(machines, search), machines)), [machines, search]);
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(() => ({ from: 0, height: window.innerHeight }));
  const selected = useSelectedId();
  const { focused, onKeyDown } = useKeys(list, box, selected);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is found next is looked at from its top
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [search]);

  if (list.length === 0) return <NothingFound search={search} />;
  const first = view.from - MARGIN;
  const last = view.from + view.height + MARGIN;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a list as wide as a pane is no table
    <div
      className="found"
      role="grid"
      tabIndex={-1}
      aria-label={t('tree.label')}
      aria-describedby={ways}
      aria-rowcount={list.length}
      ref={box}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget: { scrollTop, clientHeight } }) => {
        const from = scrollTop - (scrollTop % (MARGIN / 2));
        if (from !== view.from || clientHeight !== view.height) setView({ from, height: clientHeight });
      }}
    >
      <div className="found-rows" role="presentation" style={{ height }}>
        {list.map((place, at) =>
          (place.top > first && place.top < last) || place.row.key === focused ? (
            <FoundRow
              key={place.row.key}
              place={place}
              at={at + 1}
              selected={place.row.key === selected}
              reachable={place.row.key === focused}
              onMenu={onMenu}
            />
          ) : null,
        )}
      </div>
    </div>
  );
}

function NothingFound({ search }: { readonly search: string }) {
  const t = useText('machines');
  return (
    <div className="found">
      <div className="tree-none muted">
        <p>{t('tree.notFound', { text: search })}</p>
        <Button variant="link" size="s" onPress={() => useSearch.setState({ text: '' })}>
          {t('tree.clear')}
        </Button>
      </div>
    </div>
  );
}

interface FoundRowProps {
  readonly place: Placed;
  /** From 1. */
  readonly at: number;
  readonly selected: boolean;
  /** By Tab: one row of all. */
  readonly reachable: boolean;
  readonly onMenu: (place: MenuPlace) => void;
}

const FoundRow = memo(function FoundRow({ place: { row, top }, at, selected, reachable, onMenu }: FoundRowProps) {
  if (row.kind === 'machine') {
    return <FoundMachine row={row} top={top} at={at} selected={selected} reachable={reachable} onMenu={onMenu} />;
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useFocusableInteractive: nothing can be done with it
    <div role="row" className="grp-row" aria-rowindex={at} style={{ top, height: GROUP_HEIGHT }}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div role="rowheader" className="grp">
        <GroupFacts row={row} />
      </div>
    </div>
  );
});

interface FoundMachineProps extends Omit<FoundRowProps, 'place'> {
  readonly row: MachineRow;
  readonly top: number;
}

function FoundMachine({ row: { machine }, top, at, selected, reachable, onMenu }: FoundMachineProps) {
  const t = useText('machines');
  const host = useHostConnection();
  const { name } = machine.settings;
  const text = textOf(machine);
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
    <div
      role="row"
      className="guest-row"
      tabIndex={reachable ? 0 : -1}
      aria-label={`${name}, ${text}`}
      aria-rowindex={at}
      aria-selected={selected}
      data-selected={selected || undefined}
      data-key={machine.id}
      style={{ top, height: ROW_HEIGHT }}
      onClick={() => showMachine(machine.id)}
      onDoubleClick={() => openMachine(host, machine)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: its row is */}
      <div role="gridcell" className="guest" data-machine={machine.id}>
        <MachineFacts machine={machine} text={text} />
        <button
          type="button"
          className="btn btn-quiet btn-icon btn-s guest-more"
          tabIndex={-1}
          aria-label={t('tree.menu', { name })}
          onClick={(event) => {
            event.stopPropagation();
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            onMenu({ machine: machine.id, x: left, y: bottom });
          }}
        >
          <Icon of={Ellipsis} size={14} />
        </button>
      </div>
    </div>
  );
}

/** Arrows, Home, End and Page keys go from machine to machine and show it, as in the tree; Enter is a double click. */
function useKeys(
  list: readonly Placed[],
  box: React.RefObject<HTMLDivElement | null>,
  selected: string | null,
): { focused: string | undefined; onKeyDown: (event: React.KeyboardEvent) => void } {
  const host = useHostConnection();
  const machines = useMemo(() => list.filter(({ row }) => row.kind === 'machine'), [list]);
  const [wanted, setWanted] = useState<string | null>(null);
  const has = (key: string | null) => machines.some(({ row }) => row.key === key);
  const focused = has(wanted) ? wanted : has(selected) ? selected : machines[0]?.row.key;
  const moves = useRef(false);

  useLayoutEffect(() => {
    if (!moves.current || focused === undefined) return;
    moves.current = false;
    box.current?.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  }, [box, focused]);

  return {
    focused: focused ?? undefined,
    onKeyDown(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const at = machines.findIndex(({ row }) => row.key === focused);
      const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
      const steps: Readonly<Record<string, number>> = {
        ArrowDown: at + 1,
        ArrowUp: at - 1,
        PageDown: at + page,
        PageUp: at - page,
        Home: 0,
        End: machines.length - 1,
      };
      const next = steps[event.key];
      const { row } = machines[Math.max(0, Math.min(machines.length - 1, next ?? at))] ?? {};
      if (row?.kind !== 'machine') return;
      if (next !== undefined) {
        event.preventDefault();
        moves.current = true;
        setWanted(row.key);
        showMachine(row.key);
      } else if (event.key === 'Enter' && event.target instanceof Element && event.target.role === 'row') {
        event.preventDefault();
        openMachine(host, row.machine);
      }
    },
  };
}
