import type { HostConnection } from '../../connection/host.ts';
import { changedElsewhere } from '../fields/machine-changed.ts';
import { changedIn, changesOf, type Editing, rebase } from './settings-draft.ts';

export function mustChoose({ clashes }: Editing): boolean {
  return clashes.some(({ choice }) => choice === undefined);
}

/**
 * Saves what was changed, over what others have saved meanwhile where that is in nobody's way. Returns null once it is saved,
 * and else the editing as it has become, with a choice to be made. Throws whatever else the host says.
 */
export async function saveSettings(
  host: Pick<HostConnection, 'call'>,
  id: string,
  editing: Editing,
): Promise<Editing | null> {
  for (let now = editing; changedIn(now).length > 0; ) {
    const { revision } = now.base;
    try {
      await host.call('machine.edit', { id, revision, changes: changesOf(now) });
      return null;
    } catch (error) {
      const current = changedElsewhere(error);
      if (!current || current.revision <= revision) throw error;
      now = rebase(now, current);
      if (mustChoose(now)) return now;
    }
  }
  return null;
}
