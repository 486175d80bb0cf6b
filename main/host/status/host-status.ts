import { promises as fs } from 'node:fs';
import os from 'node:os';
import type { HostStatus } from '../../../shared/contract/host.ts';
import { Topic } from '../topic.ts';

/** Milliseconds. */
const INTERVAL = 1000;
/** The first sample comes sooner: so much it takes to tell how busy the CPUs are. */
const FIRST = 200;

export interface StatusFacts {
  /** Bytes that running machines may take. */
  memoryPromised(): number;
  /** Machines. */
  running(): number;
  readonly dataFolder: string;
}

/** Bytes of memory of the computer, or of the container that this runs in. */
export function totalMemory(): number {
  // Without a limit this is 0, or some huge number
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}

/** How the computer fares, every second. Sampled once however many watch with the same `facts` object. */
export function watchHostStatus(signal: AbortSignal, facts: StatusFacts): AsyncIterable<HostStatus> {
  const sampler = samplers.get(facts) ?? new Sampler(facts);
  samplers.set(facts, sampler);
  return sampler.watch(signal);
}

const samplers = new WeakMap<StatusFacts, Sampler>();

class Sampler {
  readonly #facts: StatusFacts;
  readonly #topic = new Topic<HostStatus>();
  #timer: NodeJS.Timeout | undefined;
  #cpus = cpuTimes();
  #last: HostStatus | undefined;
  #diskFree = 0;
  #askingDisk = false;

  constructor(facts: StatusFacts) {
    this.#facts = facts;
  }

  async *watch(signal: AbortSignal): AsyncGenerator<HostStatus, void, undefined> {
    if (this.#timer === undefined) {
      this.#last = undefined;
      this.#cpus = cpuTimes();
      this.#askDisk();
      this.#timer = setTimeout(() => this.#tick(), FIRST);
    }
    try {
      yield* this.#topic.watch(signal, () => (this.#last ? [this.#last] : []));
    } finally {
      if (!this.#topic.watched) {
        clearTimeout(this.#timer);
        this.#timer = undefined;
      }
    }
  }

  #tick(): void {
    this.#timer = setTimeout(() => this.#tick(), INTERVAL);
    this.#last = this.#sample();
    this.#topic.publish(this.#last);
    this.#askDisk();
  }

  #sample(): HostStatus {
    const cpus = cpuTimes();
    const all = cpus.all - this.#cpus.all;
    const busy = all - (cpus.idle - this.#cpus.idle);
    this.#cpus = cpus;
    const memoryTotal = totalMemory();
    return {
      at: Date.now(),
      cpu: all > 0 ? Math.min(1, Math.max(0, busy / all)) : 0,
      memoryTotal,
      memoryFree: Math.min(memoryTotal, process.availableMemory()),
      memoryPromised: this.#facts.memoryPromised(),
      diskFree: this.#diskFree,
      running: this.#facts.running(),
    };
  }

  /** For the next sample: a disk on a network may take its time, and must not hold up the others. */
  #askDisk(): void {
    if (this.#askingDisk) return;
    this.#askingDisk = true;
    void freeOnDisk(this.#facts.dataFolder).then((free) => {
      this.#diskFree = free;
      this.#askingDisk = false;
    });
  }
}

/** Bytes; none where that cannot be said. */
async function freeOnDisk(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await fs.statfs(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** Milliseconds since the computer started, summed over its CPUs. */
function cpuTimes(): { all: number; idle: number } {
  let all = 0;
  let idle = 0;
  for (const { times } of os.cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { all, idle };
}
