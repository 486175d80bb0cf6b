/** How large a terminal is going to be, before it is drawn: text that is laid out for another width has to be laid out again. */
import type { CellSize } from './renderer.ts';

/** CSS pixels that FitAddon leaves for the scroll bar. */
const SCROLL_BAR = 14;

/** Characters that fit into `root`, as far as that can be known beforehand; undefined while it is not laid out. */
export function likelySize(root: HTMLElement, cell: CellSize): { columns: number; rows: number } | undefined {
  const columns = Math.floor((root.clientWidth - SCROLL_BAR) / cell.width);
  const rows = Math.floor(root.clientHeight / cell.height);
  return columns >= 2 && rows >= 1 && Number.isFinite(columns + rows) ? { columns, rows } : undefined;
}
