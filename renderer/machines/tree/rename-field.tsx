/**
 * Renames a machine where it stands. It lies over its row and not in it: a row takes arrows and letters for moving about.
 */
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import { nameFault, nameKey } from '../../../shared/contract/limits.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { useHostConnection } from '../../connection/use-host.ts';
import { useText } from '../../i18n/i18n.ts';
import { useMachine, useMachines } from '../../state/stores.ts';
import { reporting } from '../../state/toasts.ts';
import { stopRenaming, useRenaming } from './renaming.ts';

export function RenameField({ box }: { readonly box: RefObject<HTMLDivElement | null> }) {
  const machine = useMachine(useRenaming((state) => state.id));
  return machine ? <Field key={machine.id} machine={machine} box={box} /> : null;
}

interface FieldProps {
  readonly machine: Machine;
  readonly box: RefObject<HTMLDivElement | null>;
}

function Field({ machine, box }: FieldProps) {
  const t = useText('machines');
  const host = useHostConnection();
  const machines = useMachines();
  const [name, setName] = useState(machine.settings.name);
  const [place, setPlace] = useState<{ left: number; top: number; width: number } | null>(null);

  useLayoutEffect(() => {
    const name = inSight(box.current)?.querySelector(`[data-machine="${machine.id}"] .guest-name`)?.parentElement;
    const outer = box.current?.getBoundingClientRect();
    const inner = name?.getBoundingClientRect();
    if (outer && inner)
      setPlace({ left: inner.left - outer.left - 7, top: inner.top - outer.top - 4, width: inner.width + 14 });
    else stopRenaming();
  }, [box, machine.id]);
  useEffect(() => {
    const list = box.current;
    // It would stay where its row no longer is.
    list?.addEventListener('scroll', stopRenaming, true);
    return () => list?.removeEventListener('scroll', stopRenaming, true);
  }, [box]);

  const fault = faultOf(name, machine, machines);
  const back = () => {
    stopRenaming();
    inSight(box.current)?.querySelector<HTMLElement>(`[data-key="${machine.id}"]`)?.focus();
  };
  const keep = () => {
    stopRenaming();
    if (name === machine.settings.name || fault !== undefined) return;
    reporting(async () => {
      await host.call('machine.edit', { id: machine.id, revision: machine.revision, changes: { name } });
    });
  };
  if (!place) return null;
  return (
    <div className="rename" style={place}>
      <input
        // biome-ignore lint/a11y/noAutofocus: it appears because the user asked to type here
        autoFocus
        className="field rename-field"
        aria-label={t('tree.rename')}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : 'rename-fault'}
        value={name}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setName(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter' && fault === undefined) {
            keep();
            back();
          } else if (event.key === 'Escape') back();
        }}
      />
      {fault !== undefined && (
        <div className="rename-fault" id="rename-fault" role="alert">
          {t(`tree.badName.${fault}`)}
        </div>
      )}
    </div>
  );
}

/** The list that has the rows: the one of what was found, while somebody searches. */
function inSight(box: HTMLElement | null): HTMLElement | null {
  return box?.querySelector<HTMLElement>('.found') ?? box;
}

function faultOf(name: string, machine: Machine, machines: readonly Machine[]) {
  const taken = machines.some(({ id, settings }) => id !== machine.id && nameKey(settings.name) === nameKey(name));
  return nameFault(name) ?? (taken ? 'taken' : undefined);
}
