/** Listens for GDB on loopback, one at a time, and keeps the machine running for it. */
import { createServer, type Server, type Socket } from 'node:net';
import { InnError } from '../../../../../shared/base/errors.ts';
import { readMemory, writeMemory } from '../address-space.ts';
import type { DebugMachine, Stop } from '../machine.ts';
import { RunLoop } from '../run-loop.ts';
import { encodePacket, type PacketEvent, PacketReader } from './packets.ts';
import { GdbSession, type GdbTarget } from './session.ts';

export interface GdbServerOptions {
  readonly machine: DebugMachine;
  /** 0 takes any that is free. */
  readonly port: number;
  /** News for the user: one line each. */
  say(text: string): void;
}

export type GdbEnd = { readonly kind: 'powered-off'; readonly code: number } | { readonly kind: 'killed' };

export interface GdbServer {
  readonly port: number;
  /** The machine has ended, by itself or by GDB's `kill`. Rejects where the emulator failed. */
  readonly ended: Promise<GdbEnd>;
  close(): void;
}

/** Nobody else on the network may reach into the machine. */
const ADDRESS = '127.0.0.1';
/** Bytes that wait in a socket when its owner does not read; a sane GDB leaves next to none. */
const MAX_UNSENT = 1 << 20;

/** The machine is stopped at its first instruction until GDB says otherwise. Throws an `InnError`: `port-in-use`. */
export async function serveGdb(options: GdbServerOptions): Promise<GdbServer> {
  const { machine, say } = options;
  let end: (end: GdbEnd) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<GdbEnd>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const loop = new RunLoop(machine);
  let current: Socket | undefined;
  const server = createServer((socket) => {
    if (current) {
      say('A second GDB was turned away');
      socket.destroy();
      return;
    }
    current = socket;
    say('GDB is connected');
    // It may run since the last one left. Until a connection listens, its packets wait in the socket.
    loop
      .halt()
      .then(() => {
        new Connection(machine, loop, socket, {
          ended: end,
          failed: fail,
          closed: () => {
            say('GDB has left');
            current = undefined;
          },
        });
      })
      .catch(fail);
  });
  const port = await listen(server, options.port);
  return {
    port,
    ended,
    close: () => {
      current?.destroy();
      server.close();
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new InnError(`Port ${port} cannot be listened on (${cause.code ?? cause.message})`, {
          code: 'port-in-use',
          nextStep: 'Name another with --port, or 0 for any that is free.',
          cause,
        }),
      );
    });
    server.listen(port, ADDRESS, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

interface ConnectionEvents {
  ended(end: GdbEnd): void;
  failed(error: unknown): void;
  closed(): void;
}

class Connection implements GdbTarget {
  readonly #machine: DebugMachine;
  readonly #loop: RunLoop;
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #session: GdbSession;
  readonly #mine = new Set<bigint>();
  #left = false;
  #lastPacket = '';

  constructor(machine: DebugMachine, loop: RunLoop, socket: Socket, events: ConnectionEvents) {
    this.#machine = machine;
    this.#loop = loop;
    this.#socket = socket;
    this.#events = events;
    this.#session = new GdbSession(this, (payload) => this.#send(payload));
    const reader = new PacketReader();
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      try {
        for (const event of reader.feed(text)) this.#receive(event);
      } catch (error) {
        events.failed(error);
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      // Without its debugger the machine runs on.
      this.detach();
      events.closed();
    });
  }

  get harts() {
    return this.#machine.harts;
  }

  describe(hart: number): string {
    if (!this.#machine.isStarted(hart)) return `hart ${hart}: stopped`;
    return `hart ${hart}${this.#machine.isWaiting(hart) ? ': waits for an interrupt' : ''}`;
  }

  readMemory(hart: number, address: bigint, length: number): Uint8Array {
    const from = this.#machine.harts[hart];
    return from ? readMemory(from, this.#machine.ram, address, length) : new Uint8Array(0);
  }

  writeMemory(hart: number, address: bigint, bytes: Uint8Array): boolean {
    const from = this.#machine.harts[hart];
    if (!from || !writeMemory(from, this.#machine.ram, address, bytes)) return false;
    this.#machine.memoryChanged();
    return true;
  }

  setBreakpoint(address: bigint, set: boolean): void {
    if (set) {
      this.#machine.breakpoints.add(address);
      this.#mine.add(address);
    } else {
      this.#machine.breakpoints.delete(address);
      this.#mine.delete(address);
    }
  }

  resume(): void {
    this.#run();
  }

  interrupt(): void {
    this.#loop.halt().catch(this.#events.failed);
  }

  step(hart: number): Stop {
    const stop = this.#machine.step(hart);
    if (stop.kind === 'powered-off') this.#events.ended(stop);
    return stop;
  }

  reset(): void {
    this.#machine.reset();
  }

  detach(): void {
    if (this.#left) return;
    for (const address of this.#mine) this.#machine.breakpoints.delete(address);
    this.#left = true;
    if (!this.#loop.isRunning) this.#run();
  }

  kill(): void {
    this.#left = true;
    this.#events.ended({ kind: 'killed' });
  }

  #run(): void {
    this.#loop
      .resume()
      .then((stop) => {
        if (!this.#left) {
          if (stop) this.#session.stopped(stop);
          else this.#session.interrupted();
        }
        if (stop?.kind === 'powered-off') this.#events.ended(stop);
      })
      .catch(this.#events.failed);
  }

  #receive(event: PacketEvent): void {
    switch (event.kind) {
      case 'packet':
        if (this.#session.acknowledges) this.#socket.write('+');
        this.#session.handle(event.payload);
        return;
      case 'damaged':
        this.#socket.write('-');
        return;
      case 'nack':
        this.#socket.write(this.#lastPacket, 'latin1');
        return;
      case 'interrupt':
        this.#session.interrupt();
        return;
      case 'ack':
        return;
    }
  }

  #send(payload: string): void {
    this.#lastPacket = encodePacket(payload);
    if (this.#socket.writableLength > MAX_UNSENT) this.#socket.destroy();
    else if (!this.#socket.destroyed) this.#socket.write(this.#lastPacket, 'latin1');
  }
}
