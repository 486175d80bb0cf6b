/**
 * What both transports have in common: status, feature negotiation, queues, interrupt status and configuration of one
 * device. A transport maps its own registers onto this and knows no more.
 */
import type { GuestRam } from '../../memory/guest-ram.ts';
import type { IrqLine, Note, RegisterSize, Stateful, Timed } from '../device.ts';
import { integer, list, record, type Shape, type StateOf, u8, u16, u32, u64 } from '../state.ts';
import type { VirtioDevice, VirtioTransport } from './device.ts';
import { type QueueState, queueShape, Virtqueue } from './queue.ts';
import { nextStatus, STATUS } from './status.ts';

/** Section 6: reserved feature bits that the transports implement for every device. */
const FEATURE = { indirectDescriptors: 1n << 28n, eventIdx: 1n << 29n, version1: 1n << 32n } as const;
const TRANSPORT_FEATURES = FEATURE.indirectDescriptors | FEATURE.eventIdx | FEATURE.version1;

/** Sections 4.1.4.5 and 4.2.2: bits of the interrupt status. */
export const INTERRUPT = { queue: 1, config: 2 } as const;

/** When no time has come, but work is left over. */
const AT_ONCE = 0n;

/** The device's own state, which the device itself checks. */
const deviceState: Shape<unknown> = (value) => value;

function shapeOf(queues: number) {
  return record({
    status: u8,
    deviceFeaturesSelect: u32,
    driverFeaturesSelect: u32,
    driverFeatures: u64,
    queueSelect: u16,
    interruptStatus: u8,
    configGeneration: u8,
    queues: list<QueueState>(queueShape, queues, queues),
    /** Queues whose device stopped in the middle to let others have their turn. */
    unfinished: list(integer(0, queues - 1), 0, queues),
    device: deviceState,
  });
}
export type CoreState = StateOf<ReturnType<typeof shapeOf>>;

export interface VirtioOptions {
  readonly device: VirtioDevice;
  readonly ram: GuestRam;
  readonly irq: IrqLine;
  readonly note: Note;
}

export class VirtioCore implements VirtioTransport, Stateful<CoreState>, Timed {
  readonly device: VirtioDevice;
  readonly queues: readonly Virtqueue[];
  deviceFeaturesSelect = 0;
  driverFeaturesSelect = 0;
  queueSelect = 0;
  readonly #shape: ReturnType<typeof shapeOf>;
  readonly #irq: IrqLine;
  readonly #note: Note;
  #status = 0;
  #driverFeatures = 0n;
  #interruptStatus = 0;
  #configGeneration = 0;
  readonly #unfinished = new Set<number>();

  constructor(options: VirtioOptions) {
    const { device, ram } = options;
    this.device = device;
    this.#irq = options.irq;
    this.#note = options.note;
    this.#shape = shapeOf(device.queueSizes.length);
    const live = () => this.#live;
    const interrupt = () => this.#interrupt(INTERRUPT.queue);
    this.queues = device.queueSizes.map((size, index) => {
      const broken = (reason: string) => this.#fail(`queue ${index}: ${reason}`);
      return new Virtqueue(size, { ram, live, interrupt, broken });
    });
    device.attach(this);
  }

  get driverFeatures(): bigint {
    return this.#driverFeatures;
  }

  queue(index: number): Virtqueue {
    const queue = this.queues[index];
    if (!queue) throw new RangeError(`${this.device.name} has no queue ${index}`);
    return queue;
  }

  /** The queue that the driver selected; undefined if there is none of that number. */
  get selectedQueue(): Virtqueue | undefined {
    return this.queues[this.queueSelect];
  }

  get status(): number {
    return this.#status;
  }

  /** Section 2.1; 0 resets the device. */
  writeStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    const next = nextStatus(this.#status, value & 0xff);
    if (next === undefined) {
      this.#note(`${this.device.name}: status 0x${value.toString(16)} may not follow 0x${this.#status.toString(16)}`);
      return;
    }
    const added = next & ~this.#status;
    // Section 3.1.1, step 5: FEATURES_OK stays off where the device does not accept the features.
    if ((added & STATUS.featuresOk) !== 0 && !this.#acceptsFeatures()) return;
    this.#status = next;
    if ((added & STATUS.featuresOk) !== 0) this.#configureQueues();
    if ((added & STATUS.driverOk) !== 0) this.device.start();
  }

  /** The 32 feature bits that `deviceFeaturesSelect` selects. */
  get offeredFeatures(): number {
    return window(this.device.features | TRANSPORT_FEATURES, this.deviceFeaturesSelect);
  }

  get acceptedFeatures(): number {
    return window(this.#driverFeatures, this.driverFeaturesSelect);
  }

  writeDriverFeatures(value: number): void {
    if ((this.#status & STATUS.featuresOk) !== 0 || this.driverFeaturesSelect > 1) return;
    const shift = BigInt(32 * this.driverFeaturesSelect);
    this.#driverFeatures = (this.#driverFeatures & ~(0xffff_ffffn << shift)) | (BigInt(value) << shift);
  }

  /** The driver rang the bell of a queue (section 2.3). */
  notify(queue: number): void {
    if (queue < this.queues.length) this.serve(queue);
  }

  serve(queue: number): void {
    if (!this.#live) return;
    if (this.device.notify(queue)) this.#unfinished.add(queue);
    else this.#unfinished.delete(queue);
  }

  get interruptStatus(): number {
    return this.#interruptStatus;
  }

  acknowledgeInterrupt(bits: number): void {
    this.#interruptStatus &= ~bits;
    this.#updateIrq();
  }

  /** Section 2.5.1: changes whenever the driver could see half of a change. */
  get configGeneration(): number {
    return this.#configGeneration;
  }

  readConfig(offset: number, size: RegisterSize): number {
    const config = this.device.config();
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (config[offset + i] ?? 0);
    return value;
  }

  writeConfig(offset: number, size: RegisterSize, value: number): void {
    if (offset + size <= this.device.config().length) this.device.writeConfig(offset, size, value);
  }

  configChanged(): void {
    this.#configGeneration = (this.#configGeneration + 1) & 0xff;
    if (this.#live) this.#interrupt(INTERRUPT.config);
  }

  deadline(): bigint | null {
    return this.#live && this.#unfinished.size > 0 ? AT_ONCE : null;
  }

  tick(): void {
    for (const queue of [...this.#unfinished]) this.serve(queue);
  }

  /** As by the driver, which is as at power-on: section 2.4. */
  reset(): void {
    this.#status = 0;
    this.deviceFeaturesSelect = 0;
    this.driverFeaturesSelect = 0;
    this.#driverFeatures = 0n;
    this.queueSelect = 0;
    this.#interruptStatus = 0;
    this.#configGeneration = 0;
    this.#unfinished.clear();
    for (const queue of this.queues) queue.reset();
    this.device.reset();
    this.#updateIrq();
  }

  snapshot(): CoreState {
    return {
      status: this.#status,
      deviceFeaturesSelect: this.deviceFeaturesSelect,
      driverFeaturesSelect: this.driverFeaturesSelect,
      driverFeatures: this.#driverFeatures,
      queueSelect: this.queueSelect,
      interruptStatus: this.#interruptStatus,
      configGeneration: this.#configGeneration,
      queues: this.queues.map((queue) => queue.snapshot()),
      unfinished: [...this.#unfinished],
      device: this.device.snapshot(),
    };
  }

  restore(state: CoreState): void {
    const checked = this.#shape(state);
    this.device.restore(checked.device);
    this.#status = checked.status;
    this.deviceFeaturesSelect = checked.deviceFeaturesSelect;
    this.driverFeaturesSelect = checked.driverFeaturesSelect;
    this.#driverFeatures = checked.driverFeatures;
    this.queueSelect = checked.queueSelect;
    this.#interruptStatus = checked.interruptStatus;
    this.#configGeneration = checked.configGeneration;
    this.#unfinished.clear();
    for (const queue of checked.unfinished) this.#unfinished.add(queue);
    checked.queues.forEach((queue, index) => {
      this.queue(index).restore(queue);
    });
    this.#configureQueues();
    this.#updateIrq();
  }

  get #live(): boolean {
    return (this.#status & (STATUS.driverOk | STATUS.needsReset)) === STATUS.driverOk;
  }

  #acceptsFeatures(): boolean {
    const offered = this.device.features | TRANSPORT_FEATURES;
    if ((this.#driverFeatures & ~offered) !== 0n) {
      this.#note(`${this.device.name}: the driver accepts features that were not offered`);
      return false;
    }
    // Section 6.1: a device may refuse to operate without VERSION_1; there is no legacy interface here.
    if ((this.#driverFeatures & FEATURE.version1) === 0n) {
      this.#note(`${this.device.name}: the driver does not accept VIRTIO_F_VERSION_1`);
      return false;
    }
    return true;
  }

  #configureQueues(): void {
    const indirect = (this.#driverFeatures & FEATURE.indirectDescriptors) !== 0n;
    const eventIdx = (this.#driverFeatures & FEATURE.eventIdx) !== 0n;
    for (const queue of this.queues) queue.configure({ indirect, eventIdx });
  }

  /** Section 2.1.2: the device cannot go on and says so. */
  #fail(reason: string): void {
    if ((this.#status & STATUS.needsReset) !== 0) return;
    this.#note(`${this.device.name} needs a reset: ${reason}`);
    const wasLive = this.#live;
    this.#status |= STATUS.needsReset;
    if (wasLive) this.#interrupt(INTERRUPT.config);
  }

  #interrupt(bit: number): void {
    this.#interruptStatus |= bit;
    this.#updateIrq();
  }

  #updateIrq(): void {
    this.#irq.set(this.#interruptStatus !== 0);
  }
}

/** 32 of the feature bits; there are none beyond the second window. */
function window(features: bigint, select: number): number {
  return select > 1 ? 0 : Number((features >> BigInt(32 * select)) & 0xffff_ffffn);
}
