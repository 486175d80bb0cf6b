/** What running machines use, second by second. */
import type { Usage } from '../../../shared/contract/machine.ts';
import { Topic } from '../topic.ts';

const INTERVAL = 1000;
/** Seconds that those who begin to watch get at once. */
const KEPT = 60;
/** Cores' worth of CPU time that the devices of a machine may take beside its cores. */
const FOR_DEVICES = 1;

/** What a machine that runs says of itself. */
export interface Sample extends Pick<Usage, 'id' | 'memory'> {
  /** The same object for the same run. */
  readonly run: object;
  readonly cores: number;
  /** CPU time of all its threads since it was started, or since it was reset. */
  readonly cpuMs: number;
}

export class UsageMeter {
  readonly #samples: () => Sample[];
  readonly #now: () => number;
  readonly #topic = new Topic<Usage[]>();
  readonly #before = new WeakMap<object, { at: number; cpuMs: number }>();
  #kept: Usage[][] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(samples: () => Sample[], now: () => number) {
    this.#samples = samples;
    this.#now = now;
  }

  /** To be called when machines run; does nothing where it measures already. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.measure(), INTERVAL);
    this.#timer.unref();
    this.measure();
  }

  /** To be called when none runs any more; says so, once. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.measure();
  }

  watch(signal: AbortSignal): AsyncIterable<Usage[]> {
    return this.#topic.watch(signal, () => (this.#kept.length > 0 ? [this.#kept.flat()] : []));
  }

  /** One look at all machines. */
  measure(): void {
    const at = this.#now();
    const usage = this.#samples().flatMap((sample) => this.#usage(sample, at));
    this.#kept = [...this.#kept, usage].filter((each) => each.some((one) => one.at > at - KEPT * INTERVAL));
    this.#topic.publish(usage);
  }

  #usage({ run, id, memory, cores, cpuMs }: Sample, at: number): Usage[] {
    const before = this.#before.get(run);
    this.#before.set(run, { at, cpuMs });
    if (!before || at <= before.at) return [];
    // After a reset its threads, and their times, are new
    const spent = cpuMs < before.cpuMs ? cpuMs : cpuMs - before.cpuMs;
    const cpu = Math.min(cores + FOR_DEVICES, Math.max(0, spent / (at - before.at)));
    return [{ id, at, cpu, memory }];
  }
}
