import type { LucideIcon } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';
import { Icon } from './icon.tsx';
import { WithTooltip } from './tooltip.tsx';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style' | 'isDisabled'> {
  readonly variant?: 'default' | 'primary' | 'quiet' | 'danger' | 'link';
  /** Heights 24, 28 and 48. */
  readonly size?: 's' | 'm' | 'l';
  readonly icon?: LucideIcon;
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly className?: string;
  /** The button can be reached but does nothing, and its tooltip says why: a sentence. */
  readonly whyNot?: string | undefined;
}

export function Button({ variant = 'default', size = 'm', icon, children, className, whyNot, ...rest }: ButtonProps) {
  const classes = ['btn', `btn-${variant}`, `btn-${size}`, className].filter(Boolean).join(' ');
  const button = (
    <AriaButton {...withReason(rest, whyNot)} className={classes}>
      {icon && <Icon of={icon} size={size === 's' ? 14 : 16} />}
      {children}
    </AriaButton>
  );
  return whyNot === undefined ? button : <WithTooltip text={whyNot}>{button}</WithTooltip>;
}

export interface IconButtonProps extends Omit<ButtonProps, 'children' | 'icon' | 'aria-label'> {
  /** Accessible name, and the tooltip unless there is a reason to show. */
  readonly label: string;
  readonly icon: LucideIcon;
  readonly shortcut?: string;
}

export function IconButton({
  label,
  icon,
  shortcut,
  variant = 'quiet',
  size = 'm',
  className,
  whyNot,
  ...rest
}: IconButtonProps) {
  const classes = ['btn', 'btn-icon', `btn-${variant}`, `btn-${size}`, className].filter(Boolean).join(' ');
  return (
    <WithTooltip text={whyNot ?? label} {...(shortcut === undefined ? {} : { shortcut })}>
      <AriaButton {...withReason(rest, whyNot)} aria-label={label} className={classes}>
        <Icon of={icon} size={size === 's' ? 14 : 16} />
      </AriaButton>
    </WithTooltip>
  );
}

/** A disabled button could not be reached, nor show a tooltip: it stays enabled for both and loses only what it does. */
export function withReason<P extends AriaButtonProps>(props: P, whyNot: string | undefined): P {
  if (whyNot === undefined) return props;
  const { onPress: _press, type: _type, ...rest } = props;
  return { ...rest, type: 'button', 'aria-disabled': true } as P;
}
