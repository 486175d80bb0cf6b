/** The host behind the server, whoever runs it: when one is gone, the next is found or started. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Access } from '../../shared/contract/method.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import type { Ending } from '../service/messages.ts';
import { type EnterOptions, type Entry, enter } from '../service/owner.ts';

export interface HostLink {
  connect(access: Access): Promise<Wire>;
  /** Machines that end with this process. */
  running(): number;
  readonly role: Entry['role'];
  release(machines: Ending): Promise<void>;
  /**
   * Settles when there is no host any more and none is looked for: it was asked to end. Rejects where it broke for good, or where
   * none could be found again.
   */
  readonly ended: Promise<void>;
}

export interface HostLinkOptions extends EnterOptions {
  /** The host is another now. */
  onChange(role: Entry['role']): void;
}

/** Milliseconds before an owner that was lost is looked for again, so that several doors do not do it at the very same time. */
const PAUSE_MS = 100;

export async function openHostLink(options: HostLinkOptions): Promise<HostLink> {
  let entry: Entry = await enter(options);
  let next: Promise<Entry> = Promise.resolve(entry);
  const follow = async () => {
    for (;;) {
      const end = await entry.ended;
      if (end.kind === 'stopped') return;
      if (end.kind === 'died') throw new Error(`The host broke again and again, last so:\n${end.report}`);
      next = sleep(PAUSE_MS).then(() => enter(options));
      entry = await next;
      options.onChange(entry.role);
    }
  };
  return {
    connect: async (access) => (await next).connect(access),
    running: () => entry.running(),
    get role() {
      return entry.role;
    },
    release: async (machines) => (await next.catch(() => undefined))?.release(machines),
    ended: follow(),
  };
}
