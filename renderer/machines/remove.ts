import type { HostConnection } from '../connection/host.ts';
import { i18n } from '../i18n/i18n.ts';
import { showMachine } from '../state/navigate.ts';
import { toast } from '../state/toasts.ts';

/** What takes away the messages about removed machines that may still be shown. */
const said = new Set<() => void>();

/** Takes away what offers to undo removals: for where the trash itself is shown, and knows better. */
export function endRemovalMessages(): void {
  for (const close of said) close();
  said.clear();
}

/** To the trash, at once: it is said, and can be taken back. Throws what the host says. */
export async function removeMachine(host: Pick<HostConnection, 'call'>, id: string): Promise<void> {
  const { name } = await host.call('machine.remove', { id });
  const close = toast({
    text: i18n.t('machines:removed.toast', { name }),
    undo: async () => showMachine((await host.call('machine.restore', { id })).id),
  });
  said.add(close);
}
