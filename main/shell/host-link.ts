/** The app's own look at the host, beside the window's: what runs, what the user prefers, what fails. */

import type { EventOf, Streams } from '../../shared/contract/contract.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { type Preferences, preferences } from '../../shared/contract/preferences.ts';
import { type Client, connect } from '../../shared/rpc/client.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { isLive } from './tray.ts';

export interface HostLinkEvents {
  /** Machines or preferences are not what they were. */
  onChange(): void;
  onAborted(machine: Machine): void;
  onFailed(operation: Operation): void;
}

export class HostLink {
  readonly client: Client;
  readonly #events: HostLinkEvents;
  #machines = new Map<string, Machine>();
  #preferences: Preferences = preferences.parse({});

  private constructor(client: Client, events: HostLinkEvents) {
    this.client = client;
    this.#events = events;
  }

  static async open(wire: Wire, version: string, events: HostLinkEvents): Promise<HostLink> {
    const link = new HostLink(await connect(wire, { version }), events);
    link.#follow('machine.watch', (event) => link.#onMachine(event));
    link.#follow('preferences.watch', (value) => {
      link.#preferences = value;
      events.onChange();
    });
    link.#follow('operation.watch', (event) => {
      if (event.kind === 'changed' && event.operation.status === 'failed') events.onFailed(event.operation);
    });
    return link;
  }

  get machines(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  get live(): readonly Machine[] {
    return this.machines.filter(isLive);
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  /** Ends with the connection: whoever opened the link sees that as `client.closed`. */
  #follow<K extends Streams>(method: K, onEvent: (event: EventOf<K>) => void): void {
    const stream = this.client.stream(method, {} as never) as AsyncIterable<EventOf<K>>;
    void (async () => {
      for await (const event of stream) onEvent(event);
    })().catch(() => {});
  }

  #onMachine(event: EventOf<'machine.watch'>): void {
    if (event.kind === 'all') this.#machines = new Map(event.machines.map((machine) => [machine.id, machine]));
    else if (event.kind === 'removed') this.#machines.delete(event.id);
    else {
      const before = this.#machines.get(event.machine.id)?.state;
      this.#machines.set(event.machine.id, event.machine);
      if (event.machine.state === 'aborted' && before !== undefined && before !== 'aborted') {
        this.#events.onAborted(event.machine);
      }
    }
    this.#events.onChange();
  }
}
