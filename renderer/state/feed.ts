/** Keeps the stores as the host says, over reconnects. */
import { useConnectionState } from '../connection/connection-state.ts';
import type { HostConnection } from '../connection/host.ts';
import { afterMachineEvent, afterOperationEvent } from './collection.ts';
import { useHostState } from './stores.ts';
import { afterUsage, keepUsage } from './usage.ts';

/** Changes to the stores are gathered for so long: 500 machines that come one by one must not render 500 times. */
const GATHER_MS = 16;

/** Runs until `signal` fires. `onError` hears what cannot be shown beside its cause. */
export function feed(host: HostConnection, signal: AbortSignal, onError: (error: unknown) => void): void {
  const { getState, setState } = useHostState;
  let machines = getState().machines;
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    const known = machines;
    if (known === null || known === getState().machines) return;
    const running = new Set(known.filter((machine) => machine.active !== null).map(({ id }) => id));
    setState({ machines: known, usage: keepUsage(getState().usage, running) });
  };
  const options = { signal, onError };

  host.follow(
    'machine.watch',
    {},
    (event) => {
      machines = afterMachineEvent(machines ?? [], event);
      if (event.kind === 'all') flush();
      else if (!scheduled) {
        scheduled = true;
        setTimeout(flush, GATHER_MS);
      }
    },
    options,
  );
  host.follow(
    'operation.watch',
    {},
    (event) => setState({ operations: afterOperationEvent(getState().operations, event) }),
    options,
  );
  host.follow('machine.usage', {}, (event) => setState({ usage: afterUsage(getState().usage, event) }), options);
  host.follow('preferences.watch', {}, (preferences) => setState({ preferences }), options);
  host.follow('host.status', {}, (status) => setState({ status }), options);

  const refresh = async () => {
    const [info, notices] = await Promise.all([host.call('host.info', {}), host.call('host.notices', {})]);
    if (!signal.aborted) setState({ info, notices });
  };
  const onConnection = () => void refresh().catch(onError);
  const unsubscribe = useConnectionState.subscribe((now, before) => {
    if (now.status === 'connected' && before.status !== 'connected') onConnection();
  });
  signal.addEventListener('abort', unsubscribe, { once: true });
  if (useConnectionState.getState().status === 'connected') onConnection();
}
