/** Virtio over PCI: virtio 1.2, section 4.1, without the legacy interface and without MSI-X. */
import type { IrqLine, RegisterSize, Timed } from '../device.ts';
import { type Capability, PciConfigSpace } from '../pci/config-space.ts';
import type { PciFunction } from '../pci/function.ts';
import { bytes, record, type Shape, type StateOf } from '../state.ts';
import { type CoreState, VirtioCore, type VirtioOptions } from './core.ts';
import { DEVICE_ID } from './device.ts';
import type { AddressHalf } from './queue.ts';

/** Section 4.1.2. */
const VENDOR_ID = 0x1af4;
const FIRST_DEVICE_ID = 0x1040;
const REVISION_ID = 1;
/** Section 4.1.2.1: 0x40 or higher for a device without a legacy interface. */
const SUBSYSTEM_ID = 0x1100;
const INTA = 1;

/** PCI class of each device type; "unclassified, other" where there is none. */
const CLASSES: ReadonlyMap<number, number> = new Map([
  [DEVICE_ID.network, 0x02_00_00],
  [DEVICE_ID.block, 0x01_00_00],
  [DEVICE_ID.console, 0x07_80_00],
]);
const OTHER_CLASS = 0x00_ff_00;

/** Section 4.1.4: capability id "vendor specific", and its cfg_type. */
const VENDOR_SPECIFIC = 0x09;
const CFG_TYPE = { common: 1, notify: 2, isr: 3, device: 4, pci: 5 } as const;

/** Where the structures are in the one BAR. */
const BAR = 0;
const BAR_SIZE = 0x4000;
const PART = { common: 0x0000, isr: 0x1000, device: 0x2000, notify: 0x3000, size: 0x1000 } as const;
const NOTIFY_OFF_MULTIPLIER = 4;

/** Of the PCI configuration access capability (section 4.1.4.9), from the start of the capability. */
const WINDOW = { bar: 4, offset: 8, length: 12, data: 16 } as const;
const WINDOW_INDEX = 4;

const NO_VECTOR = 0xffff;

/** Section 4.1.4.3, struct virtio_pci_common_cfg: offset -> register; each is accessed at its own size. */
type Register =
  | 'device_feature_select'
  | 'device_feature'
  | 'driver_feature_select'
  | 'driver_feature'
  | 'config_msix_vector'
  | 'num_queues'
  | 'device_status'
  | 'config_generation'
  | 'queue_select'
  | 'queue_size'
  | 'queue_msix_vector'
  | 'queue_enable'
  | 'queue_notify_off';

const COMMON: ReadonlyMap<number, { register: Register; size: RegisterSize }> = new Map([
  [0x00, { register: 'device_feature_select', size: 4 }],
  [0x04, { register: 'device_feature', size: 4 }],
  [0x08, { register: 'driver_feature_select', size: 4 }],
  [0x0c, { register: 'driver_feature', size: 4 }],
  [0x10, { register: 'config_msix_vector', size: 2 }],
  [0x12, { register: 'num_queues', size: 2 }],
  [0x14, { register: 'device_status', size: 1 }],
  [0x15, { register: 'config_generation', size: 1 }],
  [0x16, { register: 'queue_select', size: 2 }],
  [0x18, { register: 'queue_size', size: 2 }],
  [0x1a, { register: 'queue_msix_vector', size: 2 }],
  [0x1c, { register: 'queue_enable', size: 2 }],
  [0x1e, { register: 'queue_notify_off', size: 2 }],
]);
/** queue_desc, queue_driver and queue_device, in halves. */
const QUEUE_ADDRESSES: ReadonlyMap<number, AddressHalf> = new Map([
  [0x20, 'descriptorsLow'],
  [0x24, 'descriptorsHigh'],
  [0x28, 'driverLow'],
  [0x2c, 'driverHigh'],
  [0x30, 'deviceLow'],
  [0x34, 'deviceHigh'],
]);
const COMMON_SIZE = 0x38;

const coreState: Shape<unknown> = (value) => value;
const STATE = record({ config: bytes(256, 256), core: coreState });
export type VirtioPciState = StateOf<typeof STATE>;

export class VirtioPci implements PciFunction<VirtioPciState>, Timed {
  readonly name: string;
  readonly configSpace: PciConfigSpace;
  readonly #core: VirtioCore;
  /** Offset in configuration space of the PCI configuration access capability. */
  readonly #window: number;

  constructor(options: Omit<VirtioOptions, 'irq'>) {
    const { device } = options;
    this.name = `virtio-pci ${device.name}`;
    const notifySize = device.queueSizes.length * NOTIFY_OFF_MULTIPLIER;
    this.configSpace = new PciConfigSpace({
      identity: {
        vendorId: VENDOR_ID,
        deviceId: FIRST_DEVICE_ID + device.deviceId,
        revisionId: REVISION_ID,
        classCode: CLASSES.get(device.deviceId) ?? OTHER_CLASS,
        subsystemVendorId: VENDOR_ID,
        subsystemId: SUBSYSTEM_ID,
      },
      bars: [BAR_SIZE],
      capabilities: [
        capability(CFG_TYPE.common, PART.common, COMMON_SIZE),
        capability(CFG_TYPE.notify, PART.notify, notifySize, word(NOTIFY_OFF_MULTIPLIER)),
        capability(CFG_TYPE.isr, PART.isr, 1),
        // A structure of no bytes is left out by drivers, so a device without configuration shows an empty word.
        capability(CFG_TYPE.device, PART.device, Math.max(4, device.config().length)),
        { ...capability(CFG_TYPE.pci, 0, 0, word(0)), writable: windowMask() },
      ],
      interruptPin: INTA,
    });
    this.#window = this.configSpace.capabilities[WINDOW_INDEX] ?? 0;
    this.#core = new VirtioCore({ ...options, irq: this.configSpace.irq });
  }

  connect(intx: IrqLine): void {
    this.configSpace.connect(intx);
  }

  readConfig(offset: number, size: RegisterSize): number {
    if (this.#touchesWindow(offset, size)) {
      const access = this.#windowAccess();
      // Section 4.1.4.9.1: a read of pci_cfg_data fetches what the rest of the capability points at.
      if (access) {
        const value = this.readBar(BAR, access.offset, access.size);
        this.configSpace.write(this.#window + WINDOW.data, access.size, value);
      }
    }
    return this.configSpace.read(offset, size);
  }

  writeConfig(offset: number, size: RegisterSize, value: number): void {
    this.configSpace.write(offset, size, value);
    if (!this.#touchesWindow(offset, size)) return;
    const access = this.#windowAccess();
    if (!access) return;
    this.writeBar(BAR, access.offset, access.size, this.configSpace.read(this.#window + WINDOW.data, access.size));
  }

  readBar(_bar: number, offset: number, size: RegisterSize): number {
    const within = offset % PART.size;
    switch (offset - within) {
      case PART.common:
        return this.#readCommon(within, size);
      case PART.isr:
        return within === 0 ? this.#readIsr() : 0;
      case PART.device:
        return this.#core.readConfig(within, size);
      default:
        return 0;
    }
  }

  writeBar(_bar: number, offset: number, size: RegisterSize, value: number): void {
    const within = offset % PART.size;
    switch (offset - within) {
      case PART.common:
        this.#writeCommon(within, size, value);
        break;
      case PART.device:
        this.#core.writeConfig(within, size, value);
        break;
      case PART.notify:
        // Section 4.1.4.4: the address says which queue; what is written repeats it.
        if (within % NOTIFY_OFF_MULTIPLIER === 0) this.#core.notify(within / NOTIFY_OFF_MULTIPLIER);
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
    this.configSpace.reset();
    this.#core.reset();
  }

  snapshot(): VirtioPciState {
    return { config: this.configSpace.snapshot(), core: this.#core.snapshot() };
  }

  restore(state: VirtioPciState): void {
    const { config, core } = STATE(state);
    this.#core.restore(core as CoreState);
    this.configSpace.restore(config);
  }

  #readCommon(offset: number, size: RegisterSize): number {
    const core = this.#core;
    const half = QUEUE_ADDRESSES.get(offset);
    if (half !== undefined) return size === 4 ? (core.selectedQueue?.address(half) ?? 0) : 0;
    const entry = COMMON.get(offset);
    if (entry?.size !== size) return 0;
    switch (entry.register) {
      case 'device_feature_select':
        return core.deviceFeaturesSelect;
      case 'device_feature':
        return core.offeredFeatures;
      case 'driver_feature_select':
        return core.driverFeaturesSelect;
      case 'driver_feature':
        return core.acceptedFeatures;
      case 'config_msix_vector':
      case 'queue_msix_vector':
        return NO_VECTOR;
      case 'num_queues':
        return core.queues.length;
      case 'device_status':
        return core.status;
      case 'config_generation':
        return core.configGeneration;
      case 'queue_select':
        return core.queueSelect;
      case 'queue_size':
        // Section 4.1.4.3.1: 0 for a queue that does not exist.
        return core.selectedQueue?.size ?? 0;
      case 'queue_enable':
        return Number(core.selectedQueue?.ready ?? false);
      case 'queue_notify_off':
        return core.queueSelect;
    }
  }

  #writeCommon(offset: number, size: RegisterSize, value: number): void {
    const core = this.#core;
    const half = QUEUE_ADDRESSES.get(offset);
    if (half !== undefined) {
      if (size === 4) core.selectedQueue?.setAddress(half, value);
      return;
    }
    const entry = COMMON.get(offset);
    if (entry?.size !== size) return;
    switch (entry.register) {
      case 'device_feature_select':
        core.deviceFeaturesSelect = value;
        break;
      case 'driver_feature_select':
        core.driverFeaturesSelect = value;
        break;
      case 'driver_feature':
        core.writeDriverFeatures(value);
        break;
      case 'device_status':
        core.writeStatus(value);
        break;
      case 'queue_select':
        core.queueSelect = value;
        break;
      case 'queue_size':
        core.selectedQueue?.setSize(value);
        break;
      case 'queue_enable':
        // Section 4.1.4.3.2: the driver never writes 0 here.
        if (value === 1) core.selectedQueue?.setReady(true);
        break;
    }
  }

  /** Section 4.1.4.5: reading clears it and lowers the line. */
  #readIsr(): number {
    const status = this.#core.interruptStatus;
    this.#core.acknowledgeInterrupt(status);
    return status;
  }

  #touchesWindow(offset: number, size: number): boolean {
    const data = this.#window + WINDOW.data;
    return offset < data + 4 && data < offset + size;
  }

  /** What the access capability points at, if that is a proper access (section 4.1.4.9.2). */
  #windowAccess(): { offset: number; size: RegisterSize } | undefined {
    const bar = this.configSpace.read(this.#window + WINDOW.bar, 1);
    const offset = this.configSpace.read(this.#window + WINDOW.offset, 4);
    const size = this.configSpace.read(this.#window + WINDOW.length, 4);
    if (bar !== BAR || (size !== 1 && size !== 2 && size !== 4)) return undefined;
    return offset % size === 0 && offset + size <= BAR_SIZE ? { offset, size } : undefined;
  }
}

/** struct virtio_pci_cap after cap_next: cap_len, cfg_type, bar, id, padding, offset, length, and what a type adds. */
function capability(type: number, offset: number, length: number, more: readonly number[] = []): Capability {
  const body = [type, BAR, 0, 0, 0, ...word(offset), ...word(length), ...more];
  return { id: VENDOR_SPECIFIC, body: [body.length + 3, ...body] };
}

/** Writable are bar, offset, length and pci_cfg_data; the body of a capability starts at its third byte. */
function windowMask(): number[] {
  const mask = Array.from({ length: WINDOW.data + 4 }, (_, at) =>
    at === WINDOW.bar || at >= WINDOW.offset ? 0xff : 0,
  );
  return mask.slice(2);
}

function word(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}
