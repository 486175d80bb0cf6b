import type { LucideIcon } from 'lucide-react';

export interface IconProps {
  readonly of: LucideIcon;
  /** 16; 18 in the toolbar, 12 or 14 inside of a line. */
  readonly size?: number;
  readonly className?: string;
}

/** A decoration: what it stands for is always said in words beside it or in an accessible name. */
export function Icon({ of: Lucide, size = 16, className }: IconProps) {
  return (
    <Lucide
      size={size}
      strokeWidth={1.5}
      absoluteStrokeWidth
      aria-hidden
      focusable={false}
      className={className ? `icon ${className}` : 'icon'}
    />
  );
}
