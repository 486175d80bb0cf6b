import { ChevronDown, ChevronRight, Ellipsis, GripVertical } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Button, TreeItem, TreeItemContent } from 'react-aria-components';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useText } from '../../i18n/i18n.ts';
import { useUsage } from '../../state/stores.ts';
import { Icon, Sparkline, StateIcon } from '../../ui/index.ts';
import { rowText } from '../words.ts';
import type { MenuPlace } from './row-menu.tsx';
import type { GroupRow } from './tree-model.ts';

export function GroupItem({ row, children }: { readonly row: GroupRow; readonly children: ReactNode }) {
  const t = useText('machines');
  return (
    <TreeItem id={row.key} textValue={row.group} className="grp-row">
      <TreeItemContent>
        {({ isExpanded, allowsDragging }) => (
          <div className="grp">
            {allowsDragging && <Button slot="drag" className="grip" aria-label={t('tree.drag', { name: row.group })} />}
            <Button slot="chevron" className="grp-fold">
              <Icon of={isExpanded ? ChevronDown : ChevronRight} size={12} />
            </Button>
            <GroupFacts row={row} />
          </div>
        )}
      </TreeItemContent>
      {children}
    </TreeItem>
  );
}

export function GroupFacts({ row: { group, running, total } }: { readonly row: GroupRow }) {
  const t = useText('machines');
  return (
    <>
      <span className="ell">{group}</span>
      <span className="grp-count" title={t('tree.countLabel', { running, count: total })}>
        {t('tree.count', { running, total })}
      </span>
    </>
  );
}

interface MachineItemProps {
  readonly machine: Machine;
  readonly onMenu: (place: MenuPlace) => void;
}

const texts = new WeakMap<Machine, string>();

/** The same machine says the same again, except of when it failed: that is told from today. */
export function textOf(machine: Machine): string {
  if (machine.state === 'aborted') return rowText(machine);
  let text = texts.get(machine);
  if (text === undefined) {
    text = rowText(machine);
    texts.set(machine, text);
  }
  return text;
}

export function MachineItem({ machine, onMenu }: MachineItemProps) {
  const { name } = machine.settings;
  const text = textOf(machine);
  return (
    <TreeItem id={machine.id} textValue={`${name}, ${text}`} className="guest-row">
      <TreeItemContent>
        {({ allowsDragging, isHovered, isSelected, isFocusVisible, isFocusVisibleWithin }) => {
          const used = isHovered || isSelected || isFocusVisible || isFocusVisibleWithin;
          return (
            <MachineRow
              machine={machine}
              text={text}
              draggable={used && allowsDragging === true}
              menu={used}
              onMenu={onMenu}
            />
          );
        }}
      </TreeItemContent>
    </TreeItem>
  );
}

interface MachineRowProps extends MachineItemProps {
  readonly text: string;
  /** Its buttons are there while somebody is at the row: they are half of what a row costs, and out of sight before. */
  readonly draggable: boolean;
  readonly menu: boolean;
}

/** Rows are asked for anew whenever any of them changes, and most of them have not. */
const MachineRow = memo(function MachineRow({ machine, text, draggable, menu, onMenu }: MachineRowProps) {
  const t = useText('machines');
  const { name } = machine.settings;
  return (
    <div className="guest" data-machine={machine.id}>
      {draggable && (
        <Button slot="drag" className="grip" aria-label={t('tree.drag', { name })}>
          <Icon of={GripVertical} size={14} />
        </Button>
      )}
      <MachineFacts machine={machine} text={text} />
      {menu && (
        <Button
          className="btn btn-quiet btn-icon btn-s guest-more"
          aria-label={t('tree.menu', { name })}
          excludeFromTabOrder
          onPress={({ target }) => {
            const { left, bottom } = target.getBoundingClientRect();
            onMenu({ machine: machine.id, x: left, y: bottom });
          }}
        >
          <Icon of={Ellipsis} size={14} />
        </Button>
      )}
    </div>
  );
});

/** What a row says, wherever it stands. */
export function MachineFacts({ machine, text }: { readonly machine: Machine; readonly text: string }) {
  return (
    <>
      <StateIcon state={machine.state} />
      <div className="ell">
        <div className="guest-name ell">{machine.settings.name}</div>
        <div className="guest-sub ell">{text}</div>
      </div>
      {machine.state === 'running' && <Cpu machine={machine} />}
    </>
  );
}

/** By itself, for it changes every second and the row does not. */
function Cpu({ machine }: { readonly machine: Machine }) {
  const usage = useUsage(machine.id);
  return <Sparkline values={usage.map(({ cpu }) => cpu)} max={(machine.active ?? machine.settings).cores} />;
}
