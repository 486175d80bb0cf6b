/** The hint that keys go to the guest: shown until it is dismissed once, in this browser. */
import { create } from 'zustand';

const KEY = 'innkeeper.console.hint';

export const useHint = create<{ readonly shown: boolean }>(() => ({
  shown: localStorage.getItem(KEY) !== 'dismissed',
}));

export function dismissHint(): void {
  localStorage.setItem(KEY, 'dismissed');
  useHint.setState({ shown: false });
}
