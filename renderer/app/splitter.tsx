/**
 * The tree's right edge, by which its width is changed. It lies in the tree, so that whoever goes by landmarks finds it there;
 * the panels themselves hear the mouse along it.
 */
import { type RefObject, useState } from 'react';
import type { PanelImperativeHandle } from 'react-resizable-panels';
import { useText } from '../i18n/i18n.ts';
import { TREE_WIDTH } from './tree-width.ts';

/** CSS pixels by which an arrow key moves it. */
const STEP = 20;

export interface SplitterProps {
  readonly panel: RefObject<PanelImperativeHandle | null>;
  /** CSS pixels. */
  readonly width: number;
}

export function Splitter({ panel, width }: SplitterProps) {
  const t = useText('app');
  const [now, setNow] = useState(width);
  const widths: Readonly<Record<string, number>> = {
    ArrowLeft: now - STEP,
    ArrowRight: now + STEP,
    Home: TREE_WIDTH.least,
    End: TREE_WIDTH.most,
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={t('region.width')}
      aria-valuenow={now}
      aria-valuemin={TREE_WIDTH.least}
      aria-valuemax={TREE_WIDTH.most}
      tabIndex={0}
      onFocus={() => setNow(Math.round(panel.current?.getSize().inPixels ?? width))}
      onKeyDown={(event) => {
        const wanted = widths[event.key];
        if (wanted === undefined) return;
        event.preventDefault();
        const next = Math.max(TREE_WIDTH.least, Math.min(TREE_WIDTH.most, wanted));
        panel.current?.resize(next);
        // The panel says so only after the next layout
        setNow(next);
      }}
    />
  );
}
