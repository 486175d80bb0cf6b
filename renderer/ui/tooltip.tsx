import type { ReactElement } from 'react';
import { Tooltip, TooltipTrigger } from 'react-aria-components';
import { Keys } from './kbd.tsx';

export interface WithTooltipProps {
  readonly text: string;
  /** Shown after the text: `mod+n`. */
  readonly shortcut?: string;
  /** Something that can have the focus. */
  readonly children: ReactElement;
  readonly placement?: 'top' | 'bottom' | 'left' | 'right';
}

export function WithTooltip({ text, shortcut, children, placement = 'bottom' }: WithTooltipProps) {
  return (
    <TooltipTrigger delay={500} closeDelay={80}>
      {children}
      <Tooltip className="tooltip" offset={6} placement={placement}>
        {text}
        {shortcut !== undefined && <Keys of={shortcut} />}
      </Tooltip>
    </TooltipTrigger>
  );
}
