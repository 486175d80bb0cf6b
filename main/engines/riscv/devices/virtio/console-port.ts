/** One port of a console device: a pair of queues, what waits for the guest, and what it was told about the host's end. */
import type { ByteSink } from '../device.ts';
import { bool, bytes, integer, record, type StateOf, u16 } from '../state.ts';
import type { Virtqueue } from './queue.ts';

/** Input held until the driver offers buffers for it: a screenful of pasted text, or a burst of a stream. */
const INPUT_SIZE = 64 * 1024;
export const PORT_QUEUE_SIZE = 64;

export interface PortOptions {
  /** A terminal (hvc in Linux) rather than a stream (/dev/vport*). */
  readonly console: boolean;
  /** By which the guest finds a stream: /dev/virtio-ports/NAME. ASCII. */
  readonly name?: string;
  readonly sink: ByteSink;
  /** Called when `receive` had taken less than it was offered and there is room again. */
  readonly onRoom: () => void;
  /** Called when the guest opens or closes its end. */
  readonly onGuestOpen?: (open: boolean) => void;
}

export const portShape = record({
  /** The driver sent PORT_READY. */
  ready: bool,
  guestOpen: bool,
  input: bytes(0, INPUT_SIZE),
  /** Bytes of the chain at the head of the transmit queue that the sink has already. */
  sent: integer(0, 2 ** 32),
  /** What the driver has been told; it is told whatever differs. */
  told: record({ added: bool, console: bool, named: bool, open: bool, cols: u16, rows: u16 }),
});
export type PortState = StateOf<typeof portShape>;

const NEW: PortState = {
  ready: false,
  guestOpen: false,
  input: new Uint8Array(0),
  sent: 0,
  told: { added: false, console: false, named: false, open: false, cols: 0, rows: 0 },
};

/** What a port needs of its device. */
export interface PortDevice {
  /** The port's queues; undefined before there is a transport. */
  queues(): { receive: Virtqueue; transmit: Virtqueue } | undefined;
  /** Whether control messages say which ports are open; else all are (section 5.3.6: without MULTIPORT). */
  multiport(): boolean;
  /** Has `deliver` or `transmit` called, now and again until there is no more to do. */
  serve(direction: 'receive' | 'transmit'): void;
  /** Tells the driver what changed at the host's end. */
  tell(): void;
}

export class ConsolePort {
  readonly console: boolean;
  readonly name: string | undefined;
  readonly #device: PortDevice;
  readonly #options: PortOptions;
  readonly #input = new Uint8Array(INPUT_SIZE);
  #inputLength = 0;
  /** `input` of it is left empty: those bytes are in `#input`. */
  #state = portShape(NEW);
  // What follows is of the host, not of the machine: it outlives a reset and is in no snapshot.
  #hostWaits = false;
  #open = true;
  #cols = 0;
  #rows = 0;

  constructor(options: PortOptions, device: PortDevice) {
    this.#options = options;
    this.#device = device;
    this.console = options.console;
    this.name = options.name;
  }

  get open(): boolean {
    return this.#open;
  }

  get cols(): number {
    return this.#cols;
  }

  get rows(): number {
    return this.#rows;
  }

  get ready(): boolean {
    return this.#state.ready;
  }

  /** What the driver has been told; the device notes there what it tells. */
  get told(): PortState['told'] {
    return this.#state.told;
  }

  /** Input for the guest. Returns how many of `bytes` were taken; `onRoom` says when to offer the rest. */
  receive(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, INPUT_SIZE - this.#inputLength);
    this.#input.set(bytes.subarray(0, taken), this.#inputLength);
    this.#inputLength += taken;
    this.#hostWaits = taken < bytes.length;
    this.#device.serve('receive');
    return taken;
  }

  /** The sink has room again, or may have: after a `restore`, which sends nothing by itself. */
  resume(): void {
    this.#device.tell();
    this.#device.serve('transmit');
  }

  /** The size of the terminal at the host's end, in characters: 0 to 65535 each. */
  resize(cols: number, rows: number): void {
    this.#cols = cols & 0xffff;
    this.#rows = rows & 0xffff;
    this.#device.tell();
  }

  /** Whether somebody is at the host's end. What the guest sends to a closed port is thrown away. */
  setOpen(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.resume();
  }

  /** The driver knows the port (PORT_READY) or cannot use it. */
  setReady(ready: boolean): void {
    this.#state.ready = ready;
  }

  setGuestOpen(open: boolean): void {
    if (open === this.#state.guestOpen) return;
    this.#state.guestOpen = open;
    this.#options.onGuestOpen?.(open);
    if (open) this.#device.serve('receive');
  }

  /** Moves input to the driver's buffers. Returns whether it stopped after a queue full of them. */
  deliver(): boolean {
    const queue = this.#device.queues()?.receive;
    // Linux throws away what reaches a port that no process of the guest has open.
    if (!queue || (this.#device.multiport() && !this.#state.guestOpen)) return false;
    let start = 0;
    let handled = 0;
    while (start < this.#inputLength && handled < PORT_QUEUE_SIZE) {
      const chain = queue.peek();
      if (!chain) break;
      const written = chain.write(0, this.#input.subarray(start, this.#inputLength));
      start += written;
      queue.advance();
      queue.push(chain, written);
      handled++;
    }
    queue.flush();
    this.#input.copyWithin(0, start, this.#inputLength);
    this.#inputLength -= start;
    if (start > 0) this.#roomForHost();
    return handled === PORT_QUEUE_SIZE;
  }

  /**
   * Moves the driver's output to the sink; a chain stays in the queue while the sink has no room for its end. Returns
   * whether it stopped after a queue full of them.
   */
  transmit(): boolean {
    const queue = this.#device.queues()?.transmit;
    if (!queue) return false;
    let handled = 0;
    while (handled < PORT_QUEUE_SIZE) {
      const chain = queue.peek();
      if (!chain) break;
      let part = chain.readable(this.#state.sent);
      while (this.#open && part.length > 0) {
        const taken = this.#options.sink.write(part);
        this.#state.sent += taken;
        if (taken < part.length) {
          queue.flush();
          return false;
        }
        part = chain.readable(this.#state.sent);
      }
      this.#state.sent = 0;
      queue.advance();
      queue.push(chain, 0);
      handled++;
    }
    queue.flush();
    return handled === PORT_QUEUE_SIZE;
  }

  /** Sends a byte past the queues, if there is room (section 5.3.4, emerg_wr). */
  emergency(byte: number): void {
    if (this.#open) this.#options.sink.write(Uint8Array.of(byte));
  }

  reset(): void {
    this.restore(NEW);
  }

  snapshot(): PortState {
    return portShape({ ...this.#state, input: this.#input.subarray(0, this.#inputLength) });
  }

  restore(state: PortState): void {
    const { input, ...rest } = portShape(state);
    this.#input.set(input);
    this.#inputLength = input.length;
    const wasOpen = this.#state.guestOpen;
    this.#state = { ...rest, input: NEW.input };
    if (rest.guestOpen !== wasOpen) this.#options.onGuestOpen?.(rest.guestOpen);
    this.#roomForHost();
  }

  #roomForHost(): void {
    if (!this.#hostWaits || this.#inputLength === INPUT_SIZE) return;
    this.#hostWaits = false;
    this.#options.onRoom();
  }
}
