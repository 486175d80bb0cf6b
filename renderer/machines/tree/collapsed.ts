/** Which groups are folded, kept in this browser. */
import { create } from 'zustand';
import type { Row } from './tree-model.ts';

const KEY = 'innkeeper.collapsed';

function read(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return new Set(Array.isArray(kept) ? kept.filter((group) => typeof group === 'string') : []);
  } catch {
    // Written by something else, or no storage at all: nothing is folded.
    return new Set();
  }
}

const useStore = create<{ readonly collapsed: ReadonlySet<string> }>(() => ({ collapsed: read() }));

export function useCollapsed() {
  const collapsed = useStore((state) => state.collapsed);
  return { collapsed, toggle };
}

/** All groups of `rows` that are not in `expanded` are folded; others stay as they were. */
function toggle(rows: readonly Row[], expanded: ReadonlySet<string>): void {
  const collapsed = new Set(useStore.getState().collapsed);
  for (const row of rows) {
    if (row.kind !== 'group') continue;
    if (expanded.has(row.key)) collapsed.delete(row.group);
    else collapsed.add(row.group);
  }
  useStore.setState({ collapsed });
  localStorage.setItem(KEY, JSON.stringify([...collapsed]));
}
