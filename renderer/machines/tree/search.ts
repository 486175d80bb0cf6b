/** What is typed into the tree's search field. */
import { create } from 'zustand';

export const SEARCH_FIELD_ID = 'tree-search';

export const useSearch = create<{ readonly text: string }>(() => ({ text: '' }));

export function focusSearch(): void {
  document.getElementById(SEARCH_FIELD_ID)?.focus();
}
