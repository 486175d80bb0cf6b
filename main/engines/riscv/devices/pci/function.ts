/** What stands in a slot of the PCI bus. */
import type { IrqLine, RegisterSize, Stateful } from '../device.ts';
import { bytes, record, type StateOf } from '../state.ts';
import { PciConfigSpace } from './config-space.ts';

export interface PciFunction<State = unknown> extends Stateful<State> {
  readonly name: string;
  /** Its header, for the bus: where BARs are and which pin interrupts. */
  readonly configSpace: Pick<PciConfigSpace, 'bars' | 'barAddress' | 'interruptPin'>;
  /** Connects the INTx wire of the slot. */
  connect(intx: IrqLine): void;
  /** As of `MmioDevice`; `offset` is below 4096. */
  readConfig(offset: number, size: RegisterSize): number;
  writeConfig(offset: number, size: RegisterSize, value: number): void;
  /** As of `MmioDevice`; `offset` lies within the BAR. */
  readBar(bar: number, offset: number, size: RegisterSize): number;
  writeBar(bar: number, offset: number, size: RegisterSize, value: number): void;
}

const BRIDGE_STATE = record({ config: bytes(256, 256) });
export type HostBridgeState = StateOf<typeof BRIDGE_STATE>;

/** The host bridge itself in slot 0, as on QEMU's boards: it only says that it is there. */
export class HostBridge implements PciFunction<HostBridgeState> {
  readonly name = 'pci-host-bridge';
  readonly configSpace = new PciConfigSpace({
    identity: {
      vendorId: 0x1b36,
      deviceId: 0x0008,
      revisionId: 0,
      classCode: 0x06_00_00,
      subsystemVendorId: 0x1af4,
      subsystemId: 0x1100,
    },
    bars: [],
    capabilities: [],
    interruptPin: 0,
  });

  connect(): void {}

  readConfig(offset: number, size: RegisterSize): number {
    return this.configSpace.read(offset, size);
  }

  writeConfig(offset: number, size: RegisterSize, value: number): void {
    this.configSpace.write(offset, size, value);
  }

  readBar(): number {
    return 0;
  }

  writeBar(): void {}

  reset(): void {
    this.configSpace.reset();
  }

  snapshot(): HostBridgeState {
    return { config: this.configSpace.snapshot() };
  }

  restore(state: HostBridgeState): void {
    this.configSpace.restore(BRIDGE_STATE(state).config);
  }
}
