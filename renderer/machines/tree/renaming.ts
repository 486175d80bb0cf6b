/** Which row of the tree is being renamed in place. */
import { create } from 'zustand';

export const useRenaming = create<{ readonly id: string | null }>(() => ({ id: null }));

export function startRenaming(id: string): void {
  useRenaming.setState({ id });
}

export function stopRenaming(): void {
  useRenaming.setState({ id: null });
}
