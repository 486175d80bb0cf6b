/** What the device thread of a machine does: serves the harts' requests, moves console bytes, keeps the devices' timers. */
import { randomFillSync } from 'node:crypto';
import { type Board, buildBoard } from '../machine/board.ts';
import { MACHINE_COMMAND } from '../memory/layout.ts';
import { type MachineTimes, openTimes } from './clock.ts';
import { Mailboxes, type MmioRequest, MmioSlot } from './mailbox.ts';
import {
  type ConsoleEvent,
  type DeviceData,
  type FromThread,
  MESSAGE_COST,
  OUTPUT_LIMIT,
  type RecordedInput,
} from './messages.ts';
import { seededBytes } from './seeded-bytes.ts';

/** Where counted time starts: a fixed moment, so that runs repeat. 2026-01-01T00:00Z in nanoseconds since 1970. */
const COUNTED_EPOCH = 1_767_225_600_000_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1e6;
const MAX_TIMEOUT = 2 ** 31 - 1;
/** How long this thread waits for room before it looks whether it should end, in milliseconds. */
const ROOM_POLL = 100;
/** With counted time: how often devices are asked to finish what they have begun; more than that takes a hostile driver. */
const SETTLE_ROUNDS = 64;

export interface DevicePort {
  post(message: FromThread): void;
  /** The next message to the device thread, if one has come. */
  receive(): ConsoleEvent | undefined;
}

export class DeviceLoop {
  readonly #port: DevicePort;
  readonly #mailboxes: Mailboxes;
  readonly #slots: readonly MmioSlot[];
  readonly #times: MachineTimes;
  readonly #board: Board;
  readonly #counted: boolean;
  readonly #replay: RecordedInput[] | undefined;
  readonly #events: ConsoleEvent[] = [];
  #output: Uint8Array[] = [];
  #outputBlocked = false;
  #delivering = false;
  #roomMade = false;
  /** With counted time: the hart has nothing to do until there is input. */
  #hartIdles = false;
  #finished = false;

  constructor(data: DeviceData, port: DevicePort) {
    const { memory, layout } = data;
    this.#port = port;
    this.#mailboxes = new Mailboxes(memory);
    this.#slots = Array.from({ length: layout.harts }, (_, hart) => new MmioSlot(this.#mailboxes, hart));
    this.#times = openTimes(memory);
    this.#counted = data.clock === 'instructions';
    this.#replay = data.replay && [...data.replay];
    this.#board = buildBoard({
      memory,
      layout,
      transport: data.transport,
      console: data.console,
      clock: { nanoseconds: () => BigInt(Math.floor(this.#nanoseconds())), timeOfDay: () => this.#timeOfDay() },
      sink: { write: (bytes) => this.#takeOutput(bytes) },
      onRoom: () => {
        if (!this.#counted) this.#deliver();
      },
      entropy: this.#counted ? seededBytes(data.seed) : (into) => randomFillSync(into),
      finish: ({ kind, code }) => {
        this.#finished = true;
        // What was printed before comes before
        this.#sendOutput();
        this.#port.post({ kind: 'finished', how: kind === 'reset' ? 'reset' : 'powered-off', code });
      },
      note: (text) => this.#port.post({ kind: 'note', text }),
    });
  }

  /** Runs until the machine ends. */
  run(): void {
    while (this.#mailboxes.command !== MACHINE_COMMAND.stop) {
      const seen = this.#mailboxes.doorbell;
      this.#receive();
      for (const slot of this.#slots) {
        const request = slot.pending();
        if (request && !this.#finished) this.#serve(slot, request);
      }
      if (!this.#counted) for (const timed of this.#board.timed) timed.tick();
      if (this.#outputBlocked && this.#room() > 0) {
        this.#outputBlocked = false;
        this.#board.resume();
      }
      this.#sendOutput();
      this.#mailboxes.awaitDoorbell(seen, this.#timeout());
    }
    this.#sendOutput();
  }

  #serve(slot: MmioSlot, { kind, address, size, value }: MmioRequest): void {
    this.#hartIdles = false;
    let answer: number | undefined = 0;
    if (kind === 'read') answer = this.#board.bus.read(address, size);
    else if (kind === 'write') answer = this.#board.bus.write(address, size, value) ? 0 : undefined;
    else this.#deliver();
    if (this.#counted) this.#settle();
    this.#hartIdles = kind === 'sync' && value === 1;
    // Behind a write that ended the machine nothing is to be executed
    if (!this.#finished) slot.answer(answer);
  }

  /** With counted time devices act while the hart waits for an answer and at no other time, or runs would not repeat. */
  #settle(): void {
    for (let round = 0; round < SETTLE_ROUNDS; round++) {
      const now = BigInt(Math.floor(this.#nanoseconds()));
      const due = this.#board.timed.filter((timed) => (timed.deadline() ?? now + 1n) <= now);
      if (due.length === 0) return;
      for (const timed of due) timed.tick();
    }
  }

  // Time

  #nanoseconds(): number {
    return this.#counted ? this.#times.virtual : this.#times.wall() * NANOSECONDS_PER_MILLISECOND;
  }

  #timeOfDay(): bigint {
    if (this.#counted) return COUNTED_EPOCH + BigInt(Math.floor(this.#times.virtual));
    return BigInt(Date.now()) * 1_000_000n;
  }

  /** Milliseconds until a device wants to act; neither counted time nor that of a paused machine passes while this thread waits. */
  #timeout(): number {
    if (this.#counted || this.#times.stopped) return Number.POSITIVE_INFINITY;
    let earliest = Number.POSITIVE_INFINITY;
    for (const timed of this.#board.timed) {
      const deadline = timed.deadline();
      if (deadline !== null) earliest = Math.min(earliest, Number(deadline) - this.#nanoseconds());
    }
    if (earliest === Number.POSITIVE_INFINITY) return earliest;
    return Math.min(MAX_TIMEOUT, Math.max(0, earliest / NANOSECONDS_PER_MILLISECOND));
  }

  // Console

  #receive(): void {
    for (let message = this.#port.receive(); message; message = this.#port.receive()) {
      // A window's size does not wait behind input that the guest does not read
      if (message.kind === 'resize' && !this.#counted) this.#board.resize(message.columns, message.rows);
      else this.#events.push(message);
    }
    if (!this.#counted || this.#hartIdles) this.#deliver();
  }

  /** Gives the console what came for it, as far as it takes it. With counted time the hart is known to stand still. */
  #deliver(): void {
    // The console may find room while it is being given something, and say so from within
    this.#roomMade = true;
    if (this.#delivering) return;
    this.#delivering = true;
    const at = this.#nanoseconds();
    if (this.#replay) {
      while (this.#replay[0] && this.#replay[0].at <= at) this.#events.push(this.#replay.shift()!);
    }
    while (this.#roomMade) {
      const event = this.#events[0];
      if (!event) break;
      if (event.kind === 'resize') {
        this.#board.resize(event.columns, event.rows);
        this.#events.shift();
        this.#port.post({ kind: 'taken', input: { ...event, at } });
        continue;
      }
      const { bytes } = event;
      this.#roomMade = false;
      const taken = this.#board.input(bytes);
      if (taken > 0) this.#port.post({ kind: 'taken', input: { kind: 'input', bytes: bytes.slice(0, taken), at } });
      if (taken < bytes.length) this.#events[0] = { kind: 'input', bytes: bytes.subarray(taken) };
      else {
        this.#events.shift();
        this.#roomMade = true;
      }
    }
    this.#delivering = false;
  }

  #room(): number {
    return Math.max(0, OUTPUT_LIMIT - this.#mailboxes.inFlight);
  }

  #takeOutput(bytes: Uint8Array): number {
    if (!this.#counted) {
      const taken = this.#accept(bytes);
      if (taken < bytes.length) this.#outputBlocked = true;
      return taken;
    }
    // The hart waits for this thread, so no time passes for the guest while this thread waits for the host
    for (let taken = 0; taken < bytes.length && this.#mailboxes.command !== MACHINE_COMMAND.stop; ) {
      taken += this.#accept(bytes.subarray(taken));
      const { inFlight } = this.#mailboxes;
      if (taken === bytes.length || inFlight < OUTPUT_LIMIT) continue;
      this.#sendOutput();
      this.#mailboxes.awaitInFlight(inFlight, ROOM_POLL);
    }
    return bytes.length;
  }

  #accept(bytes: Uint8Array): number {
    const taken = bytes.slice(0, this.#room());
    if (taken.length === 0) return 0;
    this.#mailboxes.addInFlight(taken.length);
    this.#output.push(taken);
    return taken.length;
  }

  #sendOutput(): void {
    const chunks = this.#output;
    if (chunks.length === 0) return;
    this.#output = [];
    const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let end = 0;
    for (const chunk of chunks) {
      all.set(chunk, end);
      end += chunk.length;
    }
    this.#mailboxes.addInFlight(MESSAGE_COST);
    this.#port.post({ kind: 'output', bytes: all });
  }
}
