/** The machines, in groups, at the left. */
import { memo, useId, useMemo, useRef, useState } from 'react';
import {
  Tree as AriaTree,
  Collection,
  DropIndicator,
  type Key,
  useDragAndDrop,
  Virtualizer,
} from 'react-aria-components';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useHost } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { showMachine, useSelectedId } from '../../state/navigate.ts';
import { machineById, useMachines, useMachinesKnown } from '../../state/stores.ts';
import { reporting } from '../../state/toasts.ts';
import { Skeleton } from '../../ui/index.ts';
import { arrange } from '../arrange.ts';
import { useCollapsed } from './collapsed.ts';
import { FoundList } from './found-list.tsx';
import { openMachine } from './open-machine.ts';
import { dropped, droppedGroup } from './order.ts';
import { RenameField } from './rename-field.tsx';
import { GroupItem, MachineItem } from './row.tsx';
import { type MenuPlace, RowMenu } from './row-menu.tsx';
import { useSearch } from './search.ts';
import { SearchBox } from './search-box.tsx';
import { TreeLayout } from './tree-layout.ts';
import { groupOfKey, ROW_HEIGHT, treeRows } from './tree-model.ts';

export function MachineTree() {
  const t = useText('machines');
  const known = useMachinesKnown();
  const machines = useMachines();
  const search = useSearch((state) => state.text.trim());
  const ways = useId();
  const box = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<MenuPlace | null>(null);

  return (
    <>
      <SearchBox />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: rows have the role; this hears what they let through */}
      <div
        className="tree-list"
        ref={box}
        // Not every system has a context menu for keys
        onKeyDownCapture={(event) => {
          if (event.key !== 'ContextMenu' && !(event.key === 'F10' && event.shiftKey)) return;
          const place = menuPlace(event.target);
          if (!place) return;
          event.preventDefault();
          setMenu(place);
        }}
        onContextMenu={(event) => {
          const place = menuPlace(event.target, event);
          if (!place) return;
          event.preventDefault();
          setMenu(place);
        }}
      >
        {!known && <Skeleton rows={5} height={ROW_HEIGHT} />}
        {known && machines.length === 0 && <p className="tree-none muted">{t('tree.none')}</p>}
        {known && machines.length > 0 && (
          <>
            <span id={ways} className="tree-keys">
              {t('tree.keys')}
            </span>
            {/* First, for whoever looks for a row means the one in sight. */}
            {search !== '' && <FoundList machines={machines} search={search} ways={ways} onMenu={setMenu} />}
            {/* It stays as it is while somebody searches: to draw it anew takes longer than a key may. */}
            <div className="tree-all" inert={search !== ''}>
              <Rows machines={machines} ways={ways} onMenu={setMenu} />
            </div>
          </>
        )}
        <RenameField box={box} />
      </div>
      <RowMenu place={menu} onClose={() => setMenu(null)} />
    </>
  );
}

/** The row that a context menu is asked for; without a mouse that says where, the menu comes under its name. */
function menuPlace(target: EventTarget, mouse?: { clientX: number; clientY: number }): MenuPlace | undefined {
  // By key it is the row that has the focus, which is around what is drawn of it.
  const row =
    target instanceof Element ? target.closest('[role=row]')?.querySelector<HTMLElement>('[data-machine]') : null;
  const machine = row?.dataset.machine;
  if (!row || machine === undefined) return undefined;
  if (mouse && (mouse.clientX !== 0 || mouse.clientY !== 0)) return { machine, x: mouse.clientX, y: mouse.clientY };
  const { left, bottom } = row.getBoundingClientRect();
  return { machine, x: left + 40, y: bottom };
}

interface RowsProps {
  readonly machines: readonly Machine[];
  /** Id of the text about keys. */
  readonly ways: string;
  readonly onMenu: (place: MenuPlace) => void;
}

/** Left alone while only what is typed changes. */
const Rows = memo(function Rows({ machines, ways, onMenu }: RowsProps) {
  const t = useText('machines');
  const host = useHost();
  const selected = useSelectedId();
  const { collapsed, toggle } = useCollapsed();
  const rows = useMemo(() => treeRows(machines), [machines]);
  const expanded = useMemo(
    () => new Set(rows.filter((row) => row.kind === 'group' && !collapsed.has(row.group)).map(({ key }) => key)),
    [rows, collapsed],
  );
  const { dragAndDropHooks } = useDragAndDrop({
    isDisabled: !host.mayWrite,
    getItems: (keys) => [...keys].map((key) => ({ 'text/plain': nameOf(key) })),
    getDropOperation: (target) =>
      target.type === 'item' && target.dropPosition === 'on' && groupOfKey(String(target.key)) === undefined
        ? 'cancel'
        : 'move',
    renderDropIndicator: (target) => <DropIndicator target={target} className="drop-line" />,
    onMove: ({ keys, target }) => {
      const where = target.dropPosition === 'before' ? 'before' : 'after';
      const order = orderAfterDrop(
        machines,
        new Set([...keys].map(String)),
        String(target.key),
        target.dropPosition === 'on',
        where,
      );
      reporting(() => arrange(host, order));
    },
  });

  return (
    <Virtualizer layout={TreeLayout} layoutOptions={{ rowSize: ROW_HEIGHT }}>
      <AriaTree
        className="tree-rows"
        aria-label={t('tree.label')}
        // The buttons of a row are there only while somebody is at it
        aria-describedby={ways}
        items={rows}
        selectionMode="single"
        selectionBehavior="replace"
        disallowEmptySelection
        selectedKeys={selected === null ? [] : [selected]}
        expandedKeys={expanded}
        onExpandedChange={(keys) => toggle(rows, new Set([...keys].map(String)))}
        onSelectionChange={(keys) => {
          const key = keys === 'all' ? undefined : [...keys][0];
          if (key !== undefined && machineById(String(key))) showMachine(String(key));
        }}
        onAction={(key) => {
          const machine = machineById(String(key));
          if (machine) openMachine(host.connection, machine);
        }}
        dragAndDropHooks={dragAndDropHooks}
      >
        {(row) =>
          row.kind === 'group' ? (
            <GroupItem row={row}>
              <Collection items={row.rows}>
                {(child) => <MachineItem machine={child.machine} onMenu={onMenu} />}
              </Collection>
            </GroupItem>
          ) : (
            <MachineItem machine={row.machine} onMenu={onMenu} />
          )
        }
      </AriaTree>
    </Virtualizer>
  );
});

function nameOf(key: Key): string {
  return groupOfKey(String(key)) ?? machineById(String(key))?.settings.name ?? '';
}

function orderAfterDrop(
  machines: readonly Machine[],
  keys: ReadonlySet<string>,
  target: string,
  on: boolean,
  where: 'before' | 'after',
) {
  const targetGroup = groupOfKey(target);
  const inGroup = targetGroup ?? machineById(target)?.settings.group ?? '';
  const group = [...keys].map(groupOfKey).find((name) => name !== undefined);
  if (group !== undefined) return droppedGroup(machines, group, inGroup, where);
  if (targetGroup === undefined) return dropped(machines, keys, { group: inGroup, target, where });
  if (on) return dropped(machines, keys, { group: targetGroup, target: null, where: 'after' });
  // Between two groups: out of all groups where the first of them is what it was dropped before, else into it.
  return dropped(machines, keys, { group: where === 'before' ? '' : targetGroup, target: null, where: 'after' });
}
