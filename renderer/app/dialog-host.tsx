/** Shows the dialog that is open. A dialog's code is loaded when it is first needed. */
import { type ComponentType, lazy, Suspense } from 'react';
import { closeDialog, type DialogKind, type OpenDialog, useDialogs } from '../state/dialogs.ts';
import { ErrorBoundary } from './error-boundary.tsx';

type DialogProps<K extends DialogKind> = Omit<Extract<OpenDialog, { kind: K }>, 'kind'> & {
  readonly onClose: () => void;
};

/** Every kind has one component, which gets what the dialog was opened with, and `onClose`. */
const DIALOGS: { readonly [K in DialogKind]: ComponentType<DialogProps<K>> } = {
  new: lazy(() => import('../machines/dialogs/new-machine.tsx')),
  settings: lazy(() => import('../machines/dialogs/settings.tsx')),
  clone: lazy(() => import('../machines/dialogs/clone.tsx')),
  restart: lazy(() => import('../machines/dialogs/restart.tsx')),
  trash: lazy(() => import('../machines/dialogs/trash.tsx')),
  preferences: lazy(() => import('../preferences/preferences-dialog.tsx')),
  power: lazy(() => import('../machines/power-dialog.tsx')),
  group: lazy(() => import('../machines/tree/group-dialog.tsx')),
  shortcuts: lazy(() => import('./shortcuts-dialog.tsx')),
  share: lazy(() => import('./share-dialog.tsx')),
};

export function DialogHost() {
  const open = useDialogs((state) => state.open);
  if (!open) return null;
  const { kind, ...props } = open;
  const Shown = DIALOGS[kind] as ComponentType<typeof props & { onClose: () => void }>;
  return (
    <ErrorBoundary key={kind} onReset={closeDialog}>
      <Suspense fallback={null}>
        <Shown {...props} onClose={closeDialog} />
      </Suspense>
    </ErrorBoundary>
  );
}
