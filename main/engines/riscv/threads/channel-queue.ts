/** What waits in either direction on one channel of a machine, and how much of it may. For the device thread. */
import type { Board } from '../machine/board.ts';
import type { Channel } from '../machine/channels.ts';
import { MACHINE_COMMAND } from '../memory/layout.ts';
import type { Mailboxes } from './mailbox.ts';
import { type ConsoleEvent, type FromThread, MESSAGE_COST, OUTPUT_LIMIT } from './messages.ts';

/** How long the device thread waits for room before it looks whether it should end, in milliseconds. */
const ROOM_POLL = 100;

export interface ChannelHost {
  readonly mailboxes: Mailboxes;
  post(message: FromThread): void;
  /** The machine's time in nanoseconds. */
  now(): number;
  /** With counted time the guest's hart waits while this thread waits for the host. */
  readonly counted: boolean;
}

export class ChannelQueue {
  readonly channel: Channel;
  readonly #host: ChannelHost;
  readonly #events: ConsoleEvent[] = [];
  #output: Uint8Array[] = [];
  #blocked = false;
  #delivering = false;
  #roomMade = false;

  constructor(channel: Channel, host: ChannelHost) {
    this.channel = channel;
    this.#host = host;
  }

  // To the guest

  push(event: ConsoleEvent): void {
    this.#events.push(event);
  }

  /** Gives the console what came for it, as far as it takes it. With counted time the hart is known to stand still. */
  deliver(board: Board): void {
    // The console may find room while it is being given something, and say so from within
    this.#roomMade = true;
    if (this.#delivering) return;
    this.#delivering = true;
    const { post, now } = this.#host;
    const { channel } = this;
    while (this.#roomMade) {
      const event = this.#events[0];
      if (!event) break;
      const at = now();
      if (event.kind === 'resize') {
        board.resize(channel, event.columns, event.rows);
        this.#events.shift();
        post({ kind: 'taken', input: { ...event, at } });
        continue;
      }
      const { bytes } = event;
      this.#roomMade = false;
      const taken = board.input(channel, bytes);
      if (taken > 0) post({ kind: 'taken', input: { kind: 'input', channel, bytes: bytes.slice(0, taken), at } });
      if (taken < bytes.length) this.#events[0] = { kind: 'input', channel, bytes: bytes.subarray(taken) };
      else {
        this.#events.shift();
        this.#roomMade = true;
      }
    }
    this.#delivering = false;
  }

  // To the host

  /** Takes as many of the guest's bytes as there is room for; with counted time all, once the host has made room. */
  write(bytes: Uint8Array): number {
    const { counted, mailboxes } = this.#host;
    let taken = this.#accept(bytes);
    if (!counted) {
      if (taken < bytes.length) this.#blocked = true;
      return taken;
    }
    while (taken < bytes.length && mailboxes.command !== MACHINE_COMMAND.stop) {
      const inFlight = mailboxes.inFlight(this.channel);
      if (inFlight >= OUTPUT_LIMIT) {
        this.flush();
        mailboxes.awaitInFlight(this.channel, mailboxes.inFlight(this.channel), ROOM_POLL);
      }
      taken += this.#accept(bytes.subarray(taken));
    }
    return bytes.length;
  }

  /** Whether the console waits for room that there is now. */
  unblock(): boolean {
    if (!this.#blocked || this.#room() === 0) return false;
    this.#blocked = false;
    return true;
  }

  /** Sends what was written. */
  flush(): void {
    if (this.#output.length === 0) return;
    const bytes = new Uint8Array(Buffer.concat(this.#output));
    this.#output = [];
    this.#host.mailboxes.addInFlight(this.channel, MESSAGE_COST);
    this.#host.post({ kind: 'output', channel: this.channel, bytes });
  }

  #room(): number {
    return Math.max(0, OUTPUT_LIMIT - this.#host.mailboxes.inFlight(this.channel));
  }

  #accept(bytes: Uint8Array): number {
    const taken = bytes.slice(0, this.#room());
    if (taken.length === 0) return 0;
    this.#host.mailboxes.addInFlight(this.channel, taken.length);
    this.#output.push(taken);
    return taken.length;
  }
}
