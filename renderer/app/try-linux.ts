/** From nothing to a shell prompt: a machine with the defaults, started, with its console in front. */
import type { HostConnection } from '../connection/host.ts';
import { showConsole } from '../state/navigate.ts';

export async function tryLinux(host: HostConnection): Promise<void> {
  const machine = await host.call('machine.create', {});
  showConsole(machine.id);
  await host.call('machine.start', { id: machine.id });
}
