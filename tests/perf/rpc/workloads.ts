/** The work that is timed: the same amount through a wire of ours and through bare JSON. Each answers what was done, and checks it. */
import type { ConsoleEvent } from '../../../shared/contract/console.ts';
import type { Handlers } from '../../../shared/contract/contract.ts';
import type { Machine } from '../../../shared/contract/machine.ts';
import { connect } from '../../../shared/rpc/client.ts';
import { STREAM_BYTES } from '../../../shared/rpc/limits.ts';
import { serve } from '../../../shared/rpc/server.ts';
import type { Wire } from '../../../shared/rpc/wire.ts';
import type { Line } from './transports.ts';

/** Bytes of one console event: what a busy guest says between two looks. */
export const CHUNK = 16 * 1024;
/** Calls under way at once in `calls-32`. */
export const IN_FLIGHT = 32;

const ID = 'abcdefghijkl';
const settings = {
  name: 'Debian',
  description: '',
  group: 'Servers',
  cores: 2,
  memory: 268_435_456,
  boot: { kind: 'linux', kernel: 'stock' },
  commandLine: '',
  consoles: 2,
  transport: 'pci',
} as const;
const MACHINE: Machine = {
  id: ID,
  state: 'running',
  since: 1_700_000_000_000,
  settings,
  revision: 3,
  active: settings,
  createdAt: 1_700_000_000_000,
  folder: '/home/user/.local/share/innkeeper/machines/abcdefghijkl',
  consoles: [
    { id: 'hvc0', kind: 'virtio' },
    { id: 'hvc1', kind: 'virtio' },
    { id: 'ttyS0', kind: 'serial' },
  ],
  failure: null,
  bootMs: 1234,
};

/** A door and a host, ready to work. */
export interface Side {
  /** One call with an answer. */
  call(): Promise<Machine>;
  /** Reads a console until it said so many bytes; answers the sum of a byte of each event. */
  console(bytes: number): Promise<{ bytes: number; sum: number }>;
}

function chunkOf(n: number): Uint8Array {
  return new Uint8Array(CHUNK).fill(n & 0x7f);
}

export async function ours([near, far]: readonly [Wire, Wire]): Promise<Side> {
  const handlers: Partial<Handlers> = {
    'machine.get': () => MACHINE,
    'console.attach': async function* (): AsyncGenerator<ConsoleEvent> {
      for (let n = 0; ; n++) yield { kind: 'output', bytes: chunkOf(n) };
    },
  };
  serve(far, { handlers: handlers as Handlers, version: 'bench', kind: 'app', access: 'write' });
  const client = await connect(near, { version: 'bench' });
  return {
    call: () => client.call('machine.get', { id: ID }),
    console: async (bytes) => {
      const got = { bytes: 0, sum: 0 };
      for await (const event of client.stream('console.attach', { id: ID, console: 'hvc0' })) {
        if (event.kind !== 'output') throw new Error(`The console said ${event.kind}`);
        got.bytes += event.bytes.length;
        got.sum += event.bytes[0] ?? 0;
        if (got.bytes >= bytes) break;
      }
      return got;
    },
  };
}

/** No validation, no limits, no cancelling; bytes as base64. For the console it asks for as much at once as our window holds. */
export function bareJson([near, far]: readonly [Line, Line]): Side {
  interface Message {
    id: number;
    method?: string;
    args?: unknown;
    result?: unknown;
    /** Of a console: events that are asked for. */
    want?: number;
    bytes?: string;
  }
  let said = 0;
  far.onText((text) => {
    const { id, method, want } = JSON.parse(text) as Message;
    if (method === 'machine.get') far.send(JSON.stringify({ id, result: MACHINE } satisfies Message));
    else if (method === 'console.attach') said = 0;
    for (let n = 0; n < (want ?? 0); n++) {
      far.send(JSON.stringify({ id, bytes: Buffer.from(chunkOf(said++)).toString('base64') } satisfies Message));
    }
  });
  let lastId = 0;
  const waiting = new Map<number, (message: Message) => void>();
  near.onText((text) => {
    const message = JSON.parse(text) as Message;
    waiting.get(message.id)?.(message);
  });
  const ask = (message: Message) => near.send(JSON.stringify(message));
  return {
    call: () =>
      new Promise((resolve) => {
        const id = ++lastId;
        waiting.set(id, ({ result }) => {
          waiting.delete(id);
          resolve(result as Machine);
        });
        ask({ id, method: 'machine.get', args: { id: ID } });
      }),
    console: (bytes) =>
      new Promise((resolve) => {
        const id = ++lastId;
        const window = STREAM_BYTES / CHUNK;
        const got = { bytes: 0, sum: 0 };
        let taken = 0;
        waiting.set(id, ({ bytes: text = '' }) => {
          const event = Buffer.from(text, 'base64');
          got.bytes += event.length;
          got.sum += event[0] ?? 0;
          taken++;
          if (got.bytes >= bytes) {
            waiting.delete(id);
            resolve(got);
          } else if (taken % (window / 2) === 0) ask({ id, want: window / 2 });
        });
        ask({ id, method: 'console.attach', want: window });
      }),
  };
}

export type Figure = 'calls' | 'calls-32' | 'console';

export const FIGURES: Readonly<Record<Figure, { readonly unit: string; readonly goal: number | undefined }>> = {
  calls: { unit: 'calls/s', goal: 1000 },
  'calls-32': { unit: 'calls/s', goal: 1000 },
  console: { unit: 'MB/s', goal: undefined },
};

export interface Sample {
  /** In the figure's unit. */
  readonly perSecond: number;
  /** In the figure's unit, per second of CPU time of both ends. */
  readonly perCpuSecond: number;
}

/** Does `amount` of it: calls, or megabytes. Throws where what came is not what was sent. */
export async function measure(figure: Figure, side: Side, amount: number): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (figure === 'console') await readConsole(side, amount);
  else await callOften(side, amount, figure === 'calls' ? 1 : IN_FLIGHT);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: amount / seconds, perCpuSecond: amount / ((user + system) / 1e6) };
}

async function readConsole(side: Side, megabytes: number): Promise<void> {
  const events = Math.ceil((megabytes * 1e6) / CHUNK);
  const { bytes, sum } = await side.console(events * CHUNK);
  let expected = 0;
  for (let n = 0; n < events; n++) expected += n & 0x7f;
  if (bytes !== events * CHUNK || sum !== expected) throw new Error(`The console lost or changed bytes: ${bytes}`);
}

async function callOften(side: Side, calls: number, inFlight: number): Promise<void> {
  let left = calls;
  const one = async () => {
    while (left > 0) {
      left--;
      const { id, settings: got } = await side.call();
      if (id !== ID || got.memory !== settings.memory) throw new Error('A call got another answer than it should');
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
}
