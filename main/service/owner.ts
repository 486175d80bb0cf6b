/** What the app and `inn serve` do: they own the data folder, or are a door of whoever does. Both look the same from here on. */
import type { Access } from '../../shared/contract/method.ts';
import { connectionLost } from '../../shared/rpc/errors.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { dataRoot } from '../platform/paths.ts';
import { type Arrival, arrive } from './arrive.ts';
import { lookAt } from './folder-state.ts';
import type { Ending } from './messages.ts';
import type { OwnershipEnd } from './ownership.ts';

export interface EnterOptions {
  readonly kind: 'app' | 'serve';
  /** Of this Innkeeper. */
  readonly version: string;
  readonly dataFolder?: string | undefined;
  /** See `HostSetup`. */
  readonly guestFolder?: string | undefined;
  /** The file that the host's thread runs; tests have their own. */
  readonly worker?: URL | undefined;
  readonly patience?: number | undefined;
}

export type EntryEnd =
  | OwnershipEnd
  /** The owner that we were attached to is gone. `enter` again: whoever does so first owns the folder next. */
  | { readonly kind: 'owner-gone' };

export interface Entry {
  readonly role: 'owner' | 'attached';
  /** A wire to the host that grants no more than `access`; it only needs to be relayed. Throws `connection-lost` once it ended. */
  connect(access: Access): Promise<Wire>;
  /** Machines that would end with this process: none, where another owns them. */
  running(): number;
  onRunning(listener: () => void): void;
  /** An owner ends its host and the machines; one that is attached leaves, and nothing ends. Resolves with `ended`. */
  release(machines: Ending): Promise<void>;
  /** Settles once. */
  readonly ended: Promise<EntryEnd>;
}

/** Throws `InnError`: `host-version-mismatch`, `host-not-answering`, `data-folder-unusable`, or what keeps the host from starting. */
export async function enter(options: EnterOptions): Promise<Entry> {
  const dataFolder = options.dataFolder ?? dataRoot();
  const arrival = await arrive(options.kind, { ...options, dataFolder, access: 'read' });
  if (arrival.role === 'superfluous') throw new Error(`${options.kind} was sent away`);
  return arrival.role === 'attached' ? attached(arrival, dataFolder) : owner(arrival);
}

function owner({ ownership }: Extract<Arrival, { role: 'owner' }>): Entry {
  return {
    role: 'owner',
    connect: (access) => ownership.connect(access),
    running: () => ownership.need().running,
    onRunning: (listener) => ownership.onNeed(listener),
    release: (machines) => ownership.release(machines),
    ended: ownership.ended,
  };
}

/** The first wire says nothing: it is how one notices that the owner is gone, and how the owner notices that it is needed. */
function attached({ wire }: Extract<Arrival, { role: 'attached' }>, dataFolder: string): Entry {
  let left = false;
  const ended = new Promise<EntryEnd>((resolve) => {
    wire.onClose(() => resolve(left ? { kind: 'stopped', requested: false } : { kind: 'owner-gone' }));
  });
  return {
    role: 'attached',
    connect: async (access) => {
      const seen = await lookAt(dataFolder, { kind: 'connect', access });
      if (seen.state !== 'owned') throw connectionLost('its owner does not answer');
      return seen.wire;
    },
    running: () => 0,
    onRunning: () => {},
    release: async () => {
      left = true;
      wire.close();
      await ended;
    },
    ended,
  };
}
