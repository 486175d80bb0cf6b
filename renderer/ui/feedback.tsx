/** What says that something goes on, or how it went. */
import { CircleAlert, Info, TriangleAlert, X } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { ProgressBar } from 'react-aria-components';
import { useText } from '../i18n/i18n.ts';
import { IconButton } from './button.tsx';
import { Icon } from './icon.tsx';

/** Inside of an svg of 16 by 16. Turns, unless motion is reduced. */
export function SpinnerShape() {
  return <path className="spin" d="M8 2.25A5.75 5.75 0 1 1 2.25 8" />;
}

/** A decoration beside the words that say what goes on. */
export function Spinner({ size = 14 }: { readonly size?: number }) {
  return (
    <svg className="state-icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden focusable={false}>
      <SpinnerShape />
    </svg>
  );
}

export interface ProgressProps {
  readonly label: string;
  /** 0 to 1; null where nobody can tell. */
  readonly value: number | null;
  readonly wide?: boolean;
}

export function Progress({ label, value, wide = false }: ProgressProps) {
  return (
    <ProgressBar
      aria-label={label}
      className={wide ? 'meter meter-wide' : 'meter'}
      {...(value === null ? { isIndeterminate: true } : { value: value * 100 })}
    >
      <i
        style={value === null ? undefined : { width: `${value * 100}%` }}
        className={value === null ? 'meter-unknown' : ''}
      />
    </ProgressBar>
  );
}

const SKELETON_AFTER_MS = 150;

/** Rows of the final height, once loading has taken longer than one would not notice. */
export function Skeleton({ rows = 3, height = 28 }: { readonly rows?: number; readonly height?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <div className="skeleton" aria-hidden>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike and never move
        <div key={index} style={{ height }} />
      ))}
    </div>
  );
}

export interface BannerProps {
  readonly level: 'info' | 'warning' | 'error';
  readonly title: string;
  readonly children?: ReactNode;
  /** Buttons, the best way out first. */
  readonly actions?: ReactNode;
  readonly onDismiss?: () => void;
}

const BANNER_ICON = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;

/** A message beside what it is about. Read out when it appears. */
export function Banner({ level, title, children, actions, onDismiss }: BannerProps) {
  const t = useText('app');
  return (
    <div className={`banner banner-${level}`} role={level === 'error' ? 'alert' : 'status'}>
      <Icon of={BANNER_ICON[level]} />
      <div className="grow">
        <div className="strong">{title}</div>
        {children !== undefined && <div className="banner-text">{children}</div>}
      </div>
      {actions}
      {onDismiss && <IconButton size="s" label={t('common.dismiss')} icon={X} onPress={onDismiss} />}
    </div>
  );
}
