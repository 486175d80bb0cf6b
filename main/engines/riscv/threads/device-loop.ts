/** What the device thread of a machine does: serves the harts' requests, moves console bytes, keeps the devices' timers. */
import { randomFillSync } from 'node:crypto';
import { threadCpuUsage } from 'node:process';
import { type Board, buildBoard } from '../machine/board.ts';
import { AGENT_PORT, type Channel } from '../machine/channels.ts';
import { MACHINE, MACHINE_COMMAND, MACHINE_MAILBOX } from '../memory/layout.ts';
import { ChannelQueue } from './channel-queue.ts';
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
/** Rounds between reports of CPU time, which take a system call: some milliseconds where there is much to do. */
const REPORT_EVERY = 64;
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
  readonly #queues = new Map<Channel, ChannelQueue>();
  readonly #view: DataView;
  /** Whether the guest has the agent's port open, and what the host was told. */
  #agentOpen = false;
  #agentTold = false;
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
    this.#view = new DataView(memory.buffer);
    const host = {
      mailboxes: this.#mailboxes,
      post: (message: FromThread) => port.post(message),
      now: () => this.#nanoseconds(),
      counted: this.#counted,
    };
    for (const channel of data.channels) this.#queues.set(channel, new ChannelQueue(channel, host));
    this.#board = buildBoard({
      memory,
      layout,
      transport: data.transport,
      channels: data.channels,
      clock: { nanoseconds: () => BigInt(Math.floor(this.#nanoseconds())), timeOfDay: () => this.#timeOfDay() },
      sink: (channel) => ({ write: (bytes) => this.#queues.get(channel)?.write(bytes) ?? bytes.length }),
      onRoom: (channel) => {
        if (!this.#counted) this.#queues.get(channel)?.deliver(this.#board);
      },
      onAgent: (open) => {
        this.#agentOpen = open;
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
    for (let round = 0; this.#mailboxes.command !== MACHINE_COMMAND.stop; round++) {
      const seen = this.#mailboxes.doorbell;
      this.#receive();
      for (const slot of this.#slots) {
        const request = slot.pending();
        if (request && !this.#finished) this.#serve(slot, request);
      }
      if (!this.#counted) for (const timed of this.#board.timed) timed.tick();
      for (const queue of this.#queues.values()) {
        if (queue.unblock()) this.#board.resume(queue.channel);
      }
      // Before what an agent says comes that it is there; before the news that it is gone, what it said
      if (this.#agentOpen) this.#tellAgent();
      this.#sendOutput();
      if (!this.#agentOpen) this.#tellAgent();
      if (round % REPORT_EVERY === 0) this.#report();
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

  #report(): void {
    const { user, system } = threadCpuUsage();
    this.#view.setBigUint64(MACHINE_MAILBOX + MACHINE.deviceCpuTime64, BigInt(user + system) * 1000n, true);
  }

  // Consoles

  #receive(): void {
    for (let message = this.#port.receive(); message; message = this.#port.receive()) {
      // A window's size does not wait behind input that the guest does not read
      if (message.kind === 'resize' && !this.#counted) {
        this.#board.resize(message.channel, message.columns, message.rows);
      } else this.#queues.get(message.channel)?.push(message);
    }
    if (!this.#counted || this.#hartIdles) this.#deliver();
  }

  #deliver(): void {
    if (this.#replay) {
      const at = this.#nanoseconds();
      while (this.#replay[0] && this.#replay[0].at <= at) {
        const event = this.#replay.shift()!;
        this.#queues.get(event.channel)?.push(event);
      }
    }
    for (const queue of this.#queues.values()) queue.deliver(this.#board);
  }

  /** A guest may open and close faster than the host can listen; it is told as output is sent: only so far ahead. */
  #tellAgent(): void {
    if (this.#agentOpen === this.#agentTold || this.#mailboxes.inFlight(AGENT_PORT) >= OUTPUT_LIMIT) return;
    this.#agentTold = this.#agentOpen;
    this.#mailboxes.addInFlight(AGENT_PORT, MESSAGE_COST);
    this.#port.post({ kind: 'agent', open: this.#agentOpen });
  }

  #sendOutput(): void {
    for (const queue of this.#queues.values()) queue.flush();
  }
}
