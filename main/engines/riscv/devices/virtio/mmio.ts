/** Virtio over MMIO: virtio 1.2, section 4.2, version 2 of the registers. */
import type { MmioDevice, RegisterSize, Stateful, Timed } from '../device.ts';
import { type CoreState, VirtioCore, type VirtioOptions } from './core.ts';
import type { AddressHalf } from './queue.ts';

const MAGIC = 0x7472_6976;
const VERSION = 2;
/** "INNK": this transport's maker, which no driver looks at. */
const VENDOR_ID = 0x4b4e_4e49;
/** Section 4.2.2: the length of a shared memory region that does not exist. */
const NO_REGION = 0xffff_ffff;

/** Table 4.1; those not named here read as zero. */
type Register =
  | 'MagicValue'
  | 'Version'
  | 'DeviceID'
  | 'VendorID'
  | 'DeviceFeatures'
  | 'DeviceFeaturesSel'
  | 'DriverFeatures'
  | 'DriverFeaturesSel'
  | 'QueueSel'
  | 'QueueSizeMax'
  | 'QueueSize'
  | 'QueueReady'
  | 'QueueNotify'
  | 'InterruptStatus'
  | 'InterruptACK'
  | 'Status'
  | 'SHMLenLow'
  | 'SHMLenHigh'
  | 'SHMBaseLow'
  | 'SHMBaseHigh'
  | 'ConfigGeneration';

const REGISTERS: ReadonlyMap<number, Register> = new Map([
  [0x000, 'MagicValue'],
  [0x004, 'Version'],
  [0x008, 'DeviceID'],
  [0x00c, 'VendorID'],
  [0x010, 'DeviceFeatures'],
  [0x014, 'DeviceFeaturesSel'],
  [0x020, 'DriverFeatures'],
  [0x024, 'DriverFeaturesSel'],
  [0x030, 'QueueSel'],
  [0x034, 'QueueSizeMax'],
  [0x038, 'QueueSize'],
  [0x044, 'QueueReady'],
  [0x050, 'QueueNotify'],
  [0x060, 'InterruptStatus'],
  [0x064, 'InterruptACK'],
  [0x070, 'Status'],
  [0x0b0, 'SHMLenLow'],
  [0x0b4, 'SHMLenHigh'],
  [0x0b8, 'SHMBaseLow'],
  [0x0bc, 'SHMBaseHigh'],
  [0x0fc, 'ConfigGeneration'],
]);

/** QueueDescLow and its like: write-only halves of the queue's addresses. */
const QUEUE_ADDRESSES: ReadonlyMap<number, AddressHalf> = new Map([
  [0x080, 'descriptorsLow'],
  [0x084, 'descriptorsHigh'],
  [0x090, 'driverLow'],
  [0x094, 'driverHigh'],
  [0x0a0, 'deviceLow'],
  [0x0a4, 'deviceHigh'],
]);

const CONFIG = 0x100;

export class VirtioMmio implements MmioDevice, Stateful<CoreState>, Timed {
  static readonly windowSize = 0x200;
  readonly name: string;
  readonly #core: VirtioCore;

  constructor(options: VirtioOptions) {
    this.#core = new VirtioCore(options);
    this.name = `virtio-mmio ${options.device.name}`;
  }

  read(offset: number, size: RegisterSize): number {
    const core = this.#core;
    if (offset >= CONFIG) return core.readConfig(offset - CONFIG, size);
    // Section 4.2.2.2: these registers are 32 bits wide and accessed so.
    if (size !== 4) return 0;
    switch (REGISTERS.get(offset)) {
      case 'MagicValue':
        return MAGIC;
      case 'Version':
        return VERSION;
      case 'DeviceID':
        return core.device.deviceId;
      case 'VendorID':
        return VENDOR_ID;
      case 'DeviceFeatures':
        return core.offeredFeatures;
      case 'QueueSizeMax':
        return core.selectedQueue?.maxSize ?? 0;
      case 'QueueReady':
        return Number(core.selectedQueue?.ready ?? false);
      case 'InterruptStatus':
        return core.interruptStatus;
      case 'Status':
        return core.status;
      case 'SHMLenLow':
      case 'SHMLenHigh':
      case 'SHMBaseLow':
      case 'SHMBaseHigh':
        return NO_REGION;
      case 'ConfigGeneration':
        return core.configGeneration;
      default:
        return 0;
    }
  }

  write(offset: number, size: RegisterSize, value: number): void {
    const core = this.#core;
    if (offset >= CONFIG) {
      core.writeConfig(offset - CONFIG, size, value);
      return;
    }
    if (size !== 4) return;
    const address = QUEUE_ADDRESSES.get(offset);
    if (address !== undefined) {
      core.selectedQueue?.setAddress(address, value);
      return;
    }
    switch (REGISTERS.get(offset)) {
      case 'DeviceFeaturesSel':
        core.deviceFeaturesSelect = value;
        break;
      case 'DriverFeatures':
        core.writeDriverFeatures(value);
        break;
      case 'DriverFeaturesSel':
        core.driverFeaturesSelect = value;
        break;
      case 'QueueSel':
        core.queueSelect = Math.min(value, 0xffff);
        break;
      case 'QueueSize':
        core.selectedQueue?.setSize(value);
        break;
      case 'QueueReady':
        core.selectedQueue?.setReady((value & 1) !== 0);
        break;
      case 'QueueNotify':
        core.notify(value);
        break;
      case 'InterruptACK':
        core.acknowledgeInterrupt(value);
        break;
      case 'Status':
        core.writeStatus(value);
        break;
    }
  }

  deadline(): bigint | null {
    return this.#core.deadline();
  }

  tick(): void {
    this.#core.tick();
  }

  reset(): void {
    this.#core.reset();
  }

  snapshot(): CoreState {
    return this.#core.snapshot();
  }

  restore(state: CoreState): void {
    this.#core.restore(state);
  }
}
