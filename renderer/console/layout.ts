/** Which consoles of a machine are shown where. Kept for as long as the window lives. */
import { create } from 'zustand';

export type Side = 'left' | 'right';

export interface Layout {
  readonly left: string;
  /** Null unless the page is split. Never the same as `left`. */
  readonly right: string | null;
  /** The side that tabs and buttons are for; left unless split. */
  readonly active: Side;
}

export function inFront(layout: Layout): string {
  return (layout.active === 'right' ? layout.right : null) ?? layout.left;
}

/** Without consoles that the machine does not have any more. `ids` is never empty: every machine has a serial console. */
export function valid(layout: Layout | undefined, ids: readonly string[]): Layout {
  const first = ids[0] ?? 'hvc0';
  if (!layout) return { left: first, right: null, active: 'left' };
  const left = ids.includes(layout.left) ? layout.left : first;
  const right = layout.right !== null && layout.right !== left && ids.includes(layout.right) ? layout.right : null;
  return { left, right, active: right === null ? 'left' : layout.active };
}

/** Shows a console: where it is already, or else on the active side. */
export function choose(layout: Layout, id: string): Layout {
  if (layout.left === id) return { ...layout, active: 'left' };
  if (layout.right === id) return { ...layout, active: 'right' };
  return layout.active === 'right' ? { ...layout, right: id } : { ...layout, left: id };
}

/** Beside the one in front comes the next that is not shown; undone, the one in front stays. */
export function toggleSplit(layout: Layout, ids: readonly string[]): Layout {
  if (layout.right !== null) return { left: inFront(layout), right: null, active: 'left' };
  const at = ids.indexOf(layout.left);
  const next = [...ids.slice(at + 1), ...ids.slice(0, Math.max(0, at))].find((id) => id !== layout.left);
  return next === undefined ? layout : { ...layout, right: next };
}

interface Layouts {
  readonly of: ReadonlyMap<string, Layout>;
}

export const useLayouts = create<Layouts>(() => ({ of: new Map() }));

export function setLayout(machine: string, layout: Layout): void {
  useLayouts.setState(({ of }) => ({ of: new Map(of).set(machine, layout) }));
}
