/** Device status field: virtio 1.2, section 2.1, and the order of initialisation, section 3.1.1. */

export const STATUS = {
  acknowledge: 1,
  driver: 2,
  driverOk: 4,
  featuresOk: 8,
  needsReset: 0x40,
  failed: 0x80,
} as const;

const NEW = 0;
const ACKNOWLEDGED = STATUS.acknowledge;
const DRIVEN = ACKNOWLEDGED | STATUS.driver;
const NEGOTIATED = DRIVEN | STATUS.featuresOk;
const RUNNING = NEGOTIATED | STATUS.driverOk;

/**
 *       +------------------------- write 0: reset --------------------------+
 *       v                                                                   |
 *     NEW --> ACKNOWLEDGED --> DRIVEN --> NEGOTIATED --> RUNNING            |
 *       |                        ^   |                                      |
 *       +------------------------+   +--> (features refused: stays DRIVEN)  |
 *                                                                           |
 *     any of them, with FAILED (set by the driver) or DEVICE_NEEDS_RESET (set by the device)
 *
 * Keys and values are the status without FAILED and DEVICE_NEEDS_RESET.
 */
const TRANSITIONS: ReadonlyMap<number, readonly number[]> = new Map([
  [NEW, [ACKNOWLEDGED, DRIVEN]],
  [ACKNOWLEDGED, [DRIVEN]],
  [DRIVEN, [NEGOTIATED]],
  [NEGOTIATED, [RUNNING]],
  [RUNNING, []],
]);

const STEPS = STATUS.acknowledge | STATUS.driver | STATUS.featuresOk | STATUS.driverOk;

/**
 * What the status becomes when the driver writes `written`, not 0, to a device whose status is `status`; undefined where
 * that is not allowed. Whether the device accepts the features is for the caller to check where FEATURES_OK comes in.
 */
export function nextStatus(status: number, written: number): number | undefined {
  const from = status & STEPS;
  const to = written & STEPS;
  // DEVICE_NEEDS_RESET is the device's own bit; a driver that adds a bit to what it read writes it back.
  const kept = (status & (STATUS.needsReset | STATUS.failed)) | (written & STATUS.failed);
  if (to !== from && !TRANSITIONS.get(from)?.includes(to)) return undefined;
  return to | kept;
}
