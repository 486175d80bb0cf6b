import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem as AriaMenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { Icon } from './icon.tsx';
import { isMac, keysOf } from './keys.ts';

export interface MenuProps {
  readonly label: string;
  /** The button that opens it. */
  readonly trigger: ReactElement;
  /** `MenuItem`s and `MenuSeparator`s. */
  readonly children: ReactNode;
  readonly placement?: 'bottom start' | 'bottom end' | 'top start' | 'top end';
}

export function Menu({ label, trigger, children, placement = 'bottom start' }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="menu-pop" placement={placement} offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

export interface MenuItemProps {
  readonly id: string;
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly shortcut?: string;
  /** Disables it and is shown beneath. */
  readonly whyNot?: string | undefined;
  /** The reason is shown elsewhere, for all items at once. */
  readonly quiet?: boolean;
  readonly checked?: boolean;
  readonly danger?: boolean;
  readonly onAction?: () => void;
}

/** Its name is all that stands on it: label, reason and keys. */
export function MenuItem({
  id,
  label,
  icon,
  shortcut,
  whyNot,
  quiet = false,
  checked,
  danger = false,
  onAction,
}: MenuItemProps) {
  return (
    <AriaMenuItem
      id={id}
      textValue={label}
      className={danger ? 'menu-item menu-danger' : 'menu-item'}
      isDisabled={whyNot !== undefined}
      {...(onAction ? { onAction } : {})}
    >
      <span className="menu-icon">
        {checked === true ? <Icon of={Check} size={14} /> : icon && <Icon of={icon} size={16} />}
      </span>
      <span className="menu-words">
        <span>{label}</span>
        {whyNot !== undefined && !quiet && <span className="menu-why">{whyNot}</span>}
      </span>
      {shortcut !== undefined && (
        <kbd className="menu-keys">{keysOf(shortcut, isMac(navigator.platform)).join(' ')}</kbd>
      )}
    </AriaMenuItem>
  );
}

/** Above the items of a menu. */
export function MenuNote({ children }: { readonly children: string }) {
  return <p className="menu-note">{children}</p>;
}

export function MenuSeparator() {
  return <Separator className="menu-sep" />;
}
