/** Which dialog is open. One at a time; what each kind shows is in `app/dialog-host.tsx`. */
import { create } from 'zustand';
import type { ChosenFile } from '../machines/files/chosen-file.ts';

export type OpenDialog =
  /** `firmware`: a program that is to run on the bare machine. */
  | { readonly kind: 'new'; readonly firmware?: ChosenFile }
  | { readonly kind: 'settings'; readonly machine: string; readonly section?: string }
  | { readonly kind: 'clone'; readonly machine: string }
  /** Before what may lose the guest's work. */
  | { readonly kind: 'power'; readonly machine: string; readonly how: 'power-off' | 'reset' }
  | { readonly kind: 'group'; readonly machine: string }
  /** So that settings take effect. */
  | { readonly kind: 'restart'; readonly machine: string }
  | { readonly kind: 'preferences'; readonly section?: string }
  | { readonly kind: 'trash' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'share' };

export type DialogKind = OpenDialog['kind'];

export const useDialogs = create<{ readonly open: OpenDialog | null }>(() => ({ open: null }));

export function openDialog(dialog: OpenDialog): void {
  useDialogs.setState({ open: dialog });
}

export function closeDialog(): void {
  useDialogs.setState({ open: null });
}
