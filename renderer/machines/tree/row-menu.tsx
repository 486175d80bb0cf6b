/** The menu of a machine, where it was asked for. */
import { useRef } from 'react';
import { Menu as AriaMenu, Popover } from 'react-aria-components';
import {
  type Action,
  allActions,
  contextNow,
  runAction,
  shortcutOf,
  whyNot,
  whyNoWrites,
} from '../../actions/actions.ts';
import { useHostConnection } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { useMachine } from '../../state/stores.ts';
import { MenuItem, MenuNote, MenuSeparator } from '../../ui/index.ts';

export interface MenuPlace {
  readonly machine: string;
  /** In the window, CSS pixels. */
  readonly x: number;
  readonly y: number;
}

export function RowMenu({ place, onClose }: { readonly place: MenuPlace | null; readonly onClose: () => void }) {
  const t = useText('machines');
  const anchor = useRef<HTMLSpanElement>(null);
  const host = useHostConnection();
  const machine = useMachine(place?.machine);
  if (!place || !machine) return null;
  const context = contextNow(host, machine);
  const general = whyNoWrites(context);
  // Of starting, stopping and the like only what fits the state: the toolbar shows the rest, with the reasons.
  const fits = (action: Action) =>
    action.group !== 'run' ||
    (general === undefined ? whyNot(action, context) : action.whyNot?.(context)) === undefined;
  const actions = allActions().filter(
    (action) => action.scope === 'machine' && action.group !== 'view' && !action.hidden?.(context) && fits(action),
  );
  return (
    <>
      <span ref={anchor} className="anchor" style={{ left: place.x, top: place.y }} />
      <Popover
        key={`${place.x} ${place.y} ${place.machine}`}
        className="menu-pop"
        aria-label={t('tree.menu', { name: machine.settings.name })}
        triggerRef={anchor}
        isOpen
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
        placement="bottom start"
        offset={0}
      >
        {general !== undefined && <MenuNote>{general}</MenuNote>}
        <AriaMenu
          className="menu"
          aria-label={t('tree.menu', { name: machine.settings.name })}
          autoFocus="first"
          onClose={onClose}
        >
          {actions.flatMap((action, at) => {
            const shortcut = shortcutOf(action, host.door);
            const before = actions[at - 1];
            return [
              ...(before && before.group !== action.group ? [<MenuSeparator key={`before ${action.id}`} />] : []),
              <MenuItem
                key={action.id}
                id={action.id}
                label={action.label(context)}
                whyNot={whyNot(action, context)}
                quiet={action.writes && general !== undefined}
                danger={action.group === 'delete'}
                onAction={() => runAction(action.id, context)}
                {...(action.icon ? { icon: action.icon } : {})}
                {...(shortcut === undefined ? {} : { shortcut })}
              />,
            ];
          })}
        </AriaMenu>
      </Popover>
    </>
  );
}
