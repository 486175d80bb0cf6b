/**
 * Console device: virtio 1.2, section 5.3. Several ports, of which the first is a terminal for drivers that know no more
 * than one; terminals and named streams side by side for those that do (MULTIPORT).
 *
 * A driver of Linux' hvc spins until its output is taken, so a terminal's sink should have room for what a person may read.
 */
import type { Note } from '../device.ts';
import { bool, list, record, type StateOf } from '../state.ts';
import { ConsolePort, PORT_QUEUE_SIZE, type PortOptions, portShape } from './console-port.ts';
import { DEVICE_ID, type VirtioDevice, type VirtioTransport } from './device.ts';
import type { Virtqueue } from './queue.ts';

/** Section 5.3.3. */
const FEATURE = { size: 1n << 0n, multiport: 1n << 1n, emergencyWrite: 1n << 2n } as const;

/** Section 5.3.2: queues of port 0, then the control queues, then those of the other ports. */
const CONTROL_QUEUES = { receive: 2, transmit: 3 } as const;
const CONTROL_QUEUE_SIZE = 32;

/** Section 5.3.4: cols, rows, max_nr_ports, emerg_wr. */
const CONFIG = { cols: 0, rows: 2, maxPorts: 4, emergencyWrite: 8, size: 12 } as const;

/** Section 5.3.6.2: struct virtio_console_control and its events. */
const CONTROL = { id: 0, event: 4, value: 6, size: 8 } as const;
const EVENT = {
  deviceReady: 0,
  deviceAdd: 1,
  portReady: 3,
  consolePort: 4,
  resize: 5,
  portOpen: 6,
  portName: 7,
} as const;

function shapeOf(ports: number) {
  return record({
    /** The driver sent DEVICE_READY. */
    ready: bool,
    ports: list(portShape, ports, ports),
  });
}
export type ConsoleState = StateOf<ReturnType<typeof shapeOf>>;

export class VirtioConsole implements VirtioDevice<ConsoleState> {
  readonly name = 'console';
  readonly deviceId = DEVICE_ID.console;
  readonly features = FEATURE.size | FEATURE.multiport | FEATURE.emergencyWrite;
  readonly queueSizes: readonly number[];
  readonly ports: readonly ConsolePort[];
  readonly #shape: ReturnType<typeof shapeOf>;
  readonly #note: Note;
  #transport: VirtioTransport | undefined;
  #ready = false;

  /** `ports` are at least one. */
  constructor(options: { ports: readonly PortOptions[]; note: Note }) {
    this.#note = options.note;
    this.#shape = shapeOf(options.ports.length);
    this.ports = options.ports.map((port, id) => {
      const queues = () => this.#queuesOf(id);
      const multiport = () => this.#multiport;
      const serve = (direction: 'receive' | 'transmit') =>
        this.#transport?.serve(firstQueueOf(id) + (direction === 'receive' ? 0 : 1));
      return new ConsolePort(port, { queues, multiport, serve, tell: () => this.#tell() });
    });
    const queues = 2 * (options.ports.length + 1);
    this.queueSizes = Array.from({ length: queues }, (_, queue) =>
      isControl(queue) ? CONTROL_QUEUE_SIZE : PORT_QUEUE_SIZE,
    );
  }

  attach(transport: VirtioTransport): void {
    this.#transport = transport;
  }

  config(): Uint8Array {
    const view = new DataView(new ArrayBuffer(CONFIG.size));
    view.setUint16(CONFIG.cols, this.ports[0]?.cols ?? 0, true);
    view.setUint16(CONFIG.rows, this.ports[0]?.rows ?? 0, true);
    view.setUint32(CONFIG.maxPorts, this.ports.length, true);
    return new Uint8Array(view.buffer);
  }

  writeConfig(offset: number, _size: number, value: number): void {
    if (offset === CONFIG.emergencyWrite) this.ports[0]?.emergency(value & 0xff);
  }

  start(): void {
    if (this.#multiport) {
      // What the configuration told before the features were negotiated does not count any more.
      for (const { told } of this.ports) told.cols = told.rows = 0;
    }
    for (let queue = 0; queue < this.queueSizes.length; queue++) this.notify(queue);
  }

  notify(queue: number): boolean {
    if (queue === CONTROL_QUEUES.transmit) return this.#takeMessages();
    if (queue === CONTROL_QUEUES.receive) return this.#announce();
    const port = this.ports[queue < CONTROL_QUEUES.receive ? 0 : (queue >> 1) - 1];
    const received = queue % 2 === 0;
    return (received ? port?.deliver() : port?.transmit()) ?? false;
  }

  reset(): void {
    this.#ready = false;
    for (const port of this.ports) port.reset();
  }

  snapshot(): ConsoleState {
    return { ready: this.#ready, ports: this.ports.map((port) => port.snapshot()) };
  }

  restore(state: ConsoleState): void {
    const { ready, ports } = this.#shape(state);
    this.#ready = ready;
    ports.forEach((port, id) => {
      this.ports[id]?.restore(port);
    });
  }

  get #multiport(): boolean {
    return ((this.#transport?.driverFeatures ?? 0n) & FEATURE.multiport) !== 0n;
  }

  #queuesOf(id: number): { receive: Virtqueue; transmit: Virtqueue } | undefined {
    const first = firstQueueOf(id);
    return this.#transport && { receive: this.#transport.queue(first), transmit: this.#transport.queue(first + 1) };
  }

  /** A driver without MULTIPORT learns of a new size by its configuration (section 5.3.5). */
  #tell(): void {
    const [first] = this.ports;
    if (this.#multiport) this.#announce();
    else if (first && !knowsSize(first)) {
      first.told.cols = first.cols;
      first.told.rows = first.rows;
      this.#transport?.configChanged();
    }
  }

  /** Reads what the driver says (section 5.3.6.2). Returns whether it stopped after a queue full. */
  #takeMessages(): boolean {
    const queue = this.#transport?.queue(CONTROL_QUEUES.transmit);
    if (!queue || !this.#multiport) return false;
    let handled = 0;
    for (; handled < CONTROL_QUEUE_SIZE; handled++) {
      const chain = queue.peek();
      if (!chain) break;
      const message = new Uint8Array(CONTROL.size);
      if (chain.read(0, message) === CONTROL.size) this.#obey(new DataView(message.buffer));
      else this.#note('console: a control message of less than 8 bytes');
      queue.advance();
      queue.push(chain, 0);
    }
    queue.flush();
    this.#announce();
    return handled === CONTROL_QUEUE_SIZE;
  }

  #obey(message: DataView): void {
    const on = message.getUint16(CONTROL.value, true) !== 0;
    const event = message.getUint16(CONTROL.event, true);
    if (event === EVENT.deviceReady) {
      this.#ready = on;
      return;
    }
    const port = this.ports[message.getUint32(CONTROL.id, true)];
    if (port && event === EVENT.portReady) port.setReady(on);
    else if (port && event === EVENT.portOpen) port.setGuestOpen(on);
    else this.#note(`console: control event ${event} for a port that is not there, or one that only the device sends`);
  }

  /** Tells the driver what it does not know yet, as far as it offers buffers. Returns false: what is left needs new ones. */
  #announce(): boolean {
    const queue = this.#transport?.queue(CONTROL_QUEUES.receive);
    if (!queue || !this.#multiport || !this.#ready) return false;
    this.ports.forEach((port, id) => {
      const say = (event: number, value: number, rest: Uint8Array = new Uint8Array(0)): boolean => {
        const chain = queue.peek();
        if (!chain) return false;
        const header = new DataView(new ArrayBuffer(CONTROL.size));
        header.setUint32(CONTROL.id, id, true);
        header.setUint16(CONTROL.event, event, true);
        header.setUint16(CONTROL.value, value, true);
        const written = chain.write(0, new Uint8Array(header.buffer)) + chain.write(CONTROL.size, rest);
        queue.advance();
        queue.push(chain, written);
        return true;
      };
      announcePort(port, say);
    });
    queue.flush();
    return false;
  }
}

type Say = (event: number, value: number, rest?: Uint8Array) => boolean;

/** What section 5.3.6.2 has the device say about a port, in that order; ends where `say` finds no buffer. */
function announcePort(port: ConsolePort, say: Say): void {
  const { told } = port;
  if (!told.added) {
    if (!say(EVENT.deviceAdd, 1)) return;
    told.added = true;
  }
  if (!port.ready) return;
  if (port.console && !told.console) {
    if (!say(EVENT.consolePort, 1)) return;
    told.console = true;
  }
  if (port.console && !knowsSize(port)) {
    // Columns first: Linux before 6.16 reads them the other way round.
    const size = Uint8Array.of(port.cols, port.cols >> 8, port.rows, port.rows >> 8);
    if (!say(EVENT.resize, 1, size)) return;
    told.cols = port.cols;
    told.rows = port.rows;
  }
  if (port.name !== undefined && !told.named) {
    if (
      !say(
        EVENT.portName,
        1,
        Uint8Array.from(port.name, (char) => char.charCodeAt(0) & 0x7f),
      )
    )
      return;
    told.named = true;
  }
  if (told.open !== port.open) {
    if (!say(EVENT.portOpen, Number(port.open))) return;
    told.open = port.open;
  }
}

function knowsSize({ told, cols, rows }: ConsolePort): boolean {
  return told.cols === cols && told.rows === rows;
}

/** The receive queue of a port; its transmit queue is the next. */
function firstQueueOf(port: number): number {
  return port === 0 ? 0 : 2 * (port + 1);
}

function isControl(queue: number): boolean {
  return queue === CONTROL_QUEUES.receive || queue === CONTROL_QUEUES.transmit;
}
