/** The window's building blocks: react-aria-components in the window's clothes. */
export { BusyTabPanel } from './busy-panel.tsx';
export { Button, type ButtonProps, IconButton, type IconButtonProps } from './button.tsx';
export { type Choice, Select, Slider, Switch, Tabs } from './choices.tsx';
export { ConfirmDialog, Dialog } from './dialog.tsx';
export { Banner, Progress, Skeleton, Spinner } from './feedback.tsx';
export { TextField } from './fields.tsx';
export { Icon } from './icon.tsx';
export { Kbd, Keys } from './kbd.tsx';
export { Menu, MenuItem, MenuNote, MenuSeparator } from './menu.tsx';
export { Sparkline } from './sparkline.tsx';
export { StateIcon } from './state-icon.tsx';
export { WithTooltip } from './tooltip.tsx';
