/** What the device thread of a machine does: serves the harts' requests, moves console bytes, keeps the devices' timers. */
import { randomFillSync } from 'node:crypto';
import { type Board, buildBoard } from '../machine/board.ts';
import { MACHINE_COMMAND } from '../memory/layout.ts';
import { type MachineTimes, openTimes } from './clock.ts';
import { Mailboxes, type MmioRequest, MmioSlot } from './mailbox.ts';
import { type DeviceData, type FromThread, OUTPUT_LIMIT, type RecordedInput, type ToDevice } from './messages.ts';
import { seededBytes } from './seeded-bytes.ts';

/** Where counted time starts: a fixed moment, so that runs repeat. 2026-01-01T00:00Z in nanoseconds since 1970. */
const COUNTED_EPOCH = 1_767_225_600_000_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1e6;
const MAX_TIMEOUT = 2 ** 31 - 1;

export interface DevicePort {
  post(message: FromThread): void;
  /** The next message to the device thread, if one has come. */
  receive(): ToDevice | undefined;
}

export class DeviceLoop {
  readonly #port: DevicePort;
  readonly #mailboxes: Mailboxes;
  readonly #slots: readonly MmioSlot[];
  readonly #times: MachineTimes;
  readonly #board: Board;
  readonly #counted: boolean;
  readonly #replay: RecordedInput[] | undefined;
  readonly #input: Uint8Array[] = [];
  #output: Uint8Array[] = [];
  #outputBlocked = false;
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
        if (!this.#counted) this.#deliverInput();
      },
      entropy: this.#counted ? seededBytes(data.seed) : (into) => randomFillSync(into),
      finish: ({ kind, code }) => {
        this.#finished = true;
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
      for (const timed of this.#board.timed) timed.tick();
      if (this.#outputBlocked && this.#room() > 0) {
        this.#outputBlocked = false;
        this.#board.resume();
      }
      this.#sendOutput();
      this.#mailboxes.awaitDoorbell(seen, this.#timeout());
    }
  }

  #serve(slot: MmioSlot, { kind, address, size, value }: MmioRequest): void {
    this.#hartIdles = false;
    if (kind === 'read') {
      slot.answer(this.#board.bus.read(address, size));
      return;
    }
    if (kind === 'write') {
      const done = this.#board.bus.write(address, size, value);
      // Behind a write that ended the machine nothing is to be executed
      if (!this.#finished) slot.answer(done ? 0 : undefined);
      return;
    }
    this.#hartIdles = value === 1;
    this.#deliverInput();
    slot.answer(0);
  }

  // Time

  #nanoseconds(): number {
    return this.#counted ? this.#times.virtual : this.#times.wall() * NANOSECONDS_PER_MILLISECOND;
  }

  #timeOfDay(): bigint {
    if (this.#counted) return COUNTED_EPOCH + BigInt(Math.floor(this.#times.virtual));
    return BigInt(Date.now()) * 1_000_000n;
  }

  /** Milliseconds until a device wants to act; counted time does not pass while this thread waits. */
  #timeout(): number {
    if (this.#counted) return Number.POSITIVE_INFINITY;
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
      if (message.kind === 'resize') this.#board.resize(message.columns, message.rows);
      else this.#input.push(message.bytes);
    }
    if (!this.#counted || this.#hartIdles) this.#deliverInput();
  }

  #deliverInput(): void {
    const at = this.#nanoseconds();
    if (this.#replay) {
      while (this.#replay[0] && this.#replay[0].at <= at) this.#input.push(this.#replay.shift()!.bytes);
    }
    for (let bytes = this.#input[0]; bytes; bytes = this.#input[0]) {
      const taken = this.#board.input(bytes);
      if (taken > 0) {
        this.#hartIdles = false;
        this.#port.post({ kind: 'taken', bytes: bytes.slice(0, taken), at });
      }
      if (taken < bytes.length) {
        this.#input[0] = bytes.subarray(taken);
        return;
      }
      this.#input.shift();
    }
  }

  #room(): number {
    return Math.max(0, OUTPUT_LIMIT - this.#mailboxes.inFlight);
  }

  #takeOutput(bytes: Uint8Array): number {
    const taken = bytes.slice(0, this.#room());
    if (taken.length < bytes.length) this.#outputBlocked = true;
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
    this.#port.post({ kind: 'output', bytes: all });
  }
}
