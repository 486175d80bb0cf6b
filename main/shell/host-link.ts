/** The app's own look at the host, beside the window's: what runs, what the user prefers, what fails. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { ArgsIn, Calls, EventOf, ResultOf, Streams } from '../../shared/contract/contract.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { type Preferences, preferences } from '../../shared/contract/preferences.ts';
import { type Client, connect } from '../../shared/rpc/client.ts';
import { connectionLost } from '../../shared/rpc/errors.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { isLive } from './tray.ts';

export interface HostLinkParts {
  /** A new wire to the host. */
  readonly connect: () => Promise<Wire>;
  readonly version: string;
  /** Machines or preferences are not what they were. */
  onChange(): void;
  onAborted(machine: Machine): void;
  onFailed(operation: Operation): void;
}

/** A host that broke is back in well under a second. */
const AGAIN_MS = 500;

export class HostLink {
  readonly #parts: HostLinkParts;
  #client: Client | undefined;
  #closed = false;
  #machines = new Map<string, Machine>();
  #preferences: Preferences = preferences.parse({});

  private constructor(parts: HostLinkParts) {
    this.#parts = parts;
  }

  /** Connects; from then on it connects again whenever the connection ends, until `close`. */
  static async open(parts: HostLinkParts): Promise<HostLink> {
    const link = new HostLink(parts);
    await link.#connect();
    return link;
  }

  /** None while there is no connection: a host that broke has none that run. */
  get machines(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  get live(): readonly Machine[] {
    return this.machines.filter(isLive);
  }

  get preferences(): Preferences {
    return this.#preferences;
  }

  async call<K extends Calls>(method: K, args: ArgsIn<K>): Promise<ResultOf<K>> {
    if (!this.#client) throw connectionLost('the host is being started anew');
    return this.#client.call(method, args);
  }

  close(): void {
    this.#closed = true;
    this.#client?.close();
  }

  async #connect(): Promise<void> {
    const { connect: openWire, version, onChange, onFailed } = this.#parts;
    const client = await connect(await openWire(), { version });
    this.#client = client;
    void client.closed.then(() => this.#connectAgain());
    follow(client, 'machine.watch', (event) => this.#onMachine(event));
    follow(client, 'preferences.watch', (value) => {
      this.#preferences = value;
      onChange();
    });
    follow(client, 'operation.watch', (event) => {
      if (event.kind === 'changed' && event.operation.status === 'failed') onFailed(event.operation);
    });
  }

  async #connectAgain(): Promise<void> {
    this.#client = undefined;
    this.#machines.clear();
    this.#parts.onChange();
    while (!this.#closed && !this.#client) {
      await sleep(AGAIN_MS);
      if (!this.#closed) await this.#connect().catch(() => {});
    }
  }

  #onMachine(event: EventOf<'machine.watch'>): void {
    if (event.kind === 'all') this.#machines = new Map(event.machines.map((machine) => [machine.id, machine]));
    else if (event.kind === 'removed') this.#machines.delete(event.id);
    else {
      const before = this.#machines.get(event.machine.id)?.state;
      this.#machines.set(event.machine.id, event.machine);
      if (event.machine.state === 'aborted' && before !== undefined && before !== 'aborted') {
        this.#parts.onAborted(event.machine);
      }
    }
    this.#parts.onChange();
  }
}

/** Ends with the connection. */
function follow<K extends Streams>(client: Client, method: K, onEvent: (event: EventOf<K>) => void): void {
  const stream = client.stream(method, {} as never) as AsyncIterable<EventOf<K>>;
  void (async () => {
    for await (const event of stream) onEvent(event);
  })().catch(() => {});
}
