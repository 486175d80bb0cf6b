/** How a command reaches the host: the owner's, or one that it starts. */
import { InnError } from '../../shared/base/errors.ts';
import type { Access } from '../../shared/contract/method.ts';
import { type Client, connect } from '../../shared/rpc/client.ts';
import { fromErrorData } from '../../shared/rpc/errors.ts';
import { dataRoot } from '../platform/paths.ts';
import { arrive } from './arrive.ts';
import { greet } from './folder-state.ts';
import { filesOf, type HostFile, readHostFile } from './host-file.ts';
import { isLocked } from './lock.ts';
import type { Ending } from './messages.ts';

export interface AttachOptions {
  /** Of this Innkeeper. */
  readonly version: string;
  /** Start a background host where nobody owns the data folder; else that is the error `no-host`. */
  readonly autostart: boolean;
  /** All that is wanted; `write` if left out. */
  readonly access?: Access;
  readonly dataFolder?: string;
  /** See `HostSetup`. */
  readonly guestFolder?: string | undefined;
  /** The file that the host's thread runs; tests have their own. */
  readonly worker?: URL | undefined;
  readonly patience?: number;
}

export interface Attached {
  readonly client: Client;
  /** Who runs the host. */
  readonly owner: HostFile;
}

/**
 * Throws `InnError`: `no-host`, `host-version-mismatch`, `host-not-answering`, `host-start-failed`, `data-folder-unusable`, or what
 * keeps the host from starting.
 */
export async function attach(options: AttachOptions): Promise<Attached> {
  const { version, access = 'write', dataFolder = dataRoot(), autostart } = options;
  const arrival = await arrive(autostart ? 'command' : 'question', { ...options, dataFolder, access });
  if (arrival.role !== 'attached') throw new Error(`a command became ${arrival.role}`);
  return { client: await connect(arrival.wire, { version, access }), owner: arrival.owner };
}

export interface StopHostOptions {
  readonly dataFolder?: string;
  readonly machines: 'refuse' | Ending;
}

/**
 * Ends the data folder's owner, whatever its version, and waits until it has. False where there is none. Throws `machines-running`
 * where that is refused, and `host-not-answering`.
 */
export async function stopHost({ dataFolder = dataRoot(), machines }: StopHostOptions): Promise<boolean> {
  const owner = await readHostFile(dataFolder);
  const greeted = owner && (await greet(owner, { kind: 'stop', machines }));
  if (greeted) {
    if (!greeted.answer.ok) throw fromErrorData(greeted.answer.error);
    await new Promise<void>((resolve) => greeted.wire.onClose(() => resolve()));
    return true;
  }
  if (!isHeld(filesOf(dataFolder).lock)) return false;
  throw new InnError('The host does not answer', {
    code: 'host-not-answering',
    nextStep: owner ? `End its process, ${owner.pid}.` : 'Wait a moment: it may be coming up or going down.',
  });
}

function isHeld(lock: string): boolean {
  try {
    return isLocked(lock);
  } catch {
    // No such folder
    return false;
  }
}
