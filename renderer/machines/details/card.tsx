import type { LucideIcon } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Icon } from '../../ui/index.ts';

export interface CardProps {
  readonly icon: LucideIcon;
  readonly title: string;
  /** At the right of its head. */
  readonly action?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Card({ icon, title, action, className, children }: CardProps) {
  const id = useId();
  return (
    <section className={className === undefined ? 'card' : `card ${className}`} aria-labelledby={id}>
      <div className="card-head">
        <Icon of={icon} className="muted" />
        <h2 id={id} className="grow">
          {title}
        </h2>
        {action}
      </div>
      {children}
    </section>
  );
}
