/** What a virtio device is to its transport, and a transport to its device. Neither knows more of the other. */
import type { Stateful } from '../device.ts';
import type { Virtqueue } from './queue.ts';

/** Virtio 1.2, section 5: device types. */
export const DEVICE_ID = { network: 1, block: 2, console: 3, entropy: 4 } as const;

export interface VirtioDevice<State = unknown> extends Stateful<State> {
  readonly name: string;
  /** A `DEVICE_ID`. */
  readonly deviceId: number;
  /** Feature bits of this device type; those of the transport (bit 24 and up) are added by the transport. */
  readonly features: bigint;
  /** Largest size of each queue, a power of two. */
  readonly queueSizes: readonly number[];

  /** Called once, by the transport that takes the device. */
  attach(transport: VirtioTransport): void;
  /** The device-specific configuration space as it is now; the transport only reads it. */
  config(): Uint8Array;
  /** The driver wrote `size` (1, 2 or 4) bytes of configuration at `offset`, which lies within it. */
  writeConfig(offset: number, size: number, value: number): void;
  /** The driver is ready (DRIVER_OK): features are negotiated, queues may be used. */
  start(): void;
  /**
   * There may be new buffers in a queue. Handles at most a queue full and returns whether it stopped because of that; it
   * is then called again soon, after others had their turn.
   */
  notify(queue: number): boolean;
}

export interface VirtioTransport {
  /** What was negotiated; 0 before. */
  readonly driverFeatures: bigint;
  queue(index: number): Virtqueue;
  /** Has the device's `notify` called for a queue, as if the driver had, because something changed at the host's side. */
  serve(queue: number): void;
  /** The configuration space changed by the device's own doing. */
  configChanged(): void;
}
