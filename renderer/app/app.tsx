/** The window: toolbar above, tree left, pages right, status bar beneath. */
import { lazy, Suspense } from 'react';
import { usePlace } from '../state/navigate.ts';
import { ToastRegion } from '../ui/toast.tsx';
import { DialogHost } from './dialog-host.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { Shell } from './shell.tsx';

const PopOut = lazy(() => import('../console/pop-out.tsx'));

export function App() {
  const place = usePlace();
  return (
    <>
      {place.page === 'console' ? (
        <ErrorBoundary>
          <Suspense fallback={null}>
            <PopOut machineId={place.machine} consoleId={place.console} />
          </Suspense>
        </ErrorBoundary>
      ) : (
        <ErrorBoundary>
          <Shell />
        </ErrorBoundary>
      )}
      <DialogHost />
      <ToastRegion />
    </>
  );
}
