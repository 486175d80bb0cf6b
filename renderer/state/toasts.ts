/** Short messages that go away by themselves. Errors that need reading stay until they are closed. */
import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';
import { type ShownError, shownError } from './shown-error.ts';

export type ToastContent =
  | { readonly kind: 'text'; readonly text: string; readonly undo?: () => void | Promise<void> }
  | { readonly kind: 'error'; readonly error: ShownError };

export const toasts = new ToastQueue<ToastContent>({ maxVisibleToasts: 3 });

const TEXT_MS = 8_000;

export interface ToastOptions {
  readonly text: string;
  /** Takes the thing back; offered as a button. */
  readonly undo?: () => void | Promise<void>;
}

/** Returns what takes it away before its time; later that does nothing. */
export function toast({ text, undo }: ToastOptions): () => void {
  const key = toasts.add({ kind: 'text', text, ...(undo ? { undo } : {}) }, { timeout: TEXT_MS });
  return () => toasts.close(key);
}

/** Shows what happened and what to do next, wherever there is no place beside the cause. */
export function reportError(error: unknown): void {
  toasts.add({ kind: 'error', error: shownError(error) });
}

/** For event handlers: runs `work`, and reports what it throws. */
export function reporting(work: () => void | Promise<void>): void {
  void (async () => work())().catch(reportError);
}
