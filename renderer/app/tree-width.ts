/** Width of the tree, kept in this browser. The panels speak in percent; the width that is kept is in CSS pixels. */
import { useState } from 'react';

const KEY = 'innkeeper.treeWidth';
/** CSS pixels. */
export const TREE_WIDTH = { least: 200, most: 420 } as const;
const DEFAULT = 260;
const DEFAULT_NARROW = 248;
const NARROW_WINDOW = 1080;

function kept(): number {
  const width = Number(localStorage.getItem(KEY) ?? Number.NaN);
  if (width >= TREE_WIDTH.least && width <= TREE_WIDTH.most) return width;
  return window.innerWidth < NARROW_WINDOW ? DEFAULT_NARROW : DEFAULT;
}

export function useTreeWidth() {
  const [width] = useState(kept);
  const keep = (percent: number) => {
    const pixels = Math.round((percent / 100) * window.innerWidth);
    localStorage.setItem(KEY, String(pixels));
  };
  return { width, keep };
}
