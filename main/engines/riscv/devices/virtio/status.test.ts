import { describe, expect, it } from 'vitest';
import { nextStatus, STATUS } from './status.ts';

describe('nextStatus', () => {
  it('lets a driver through the steps of initialisation', () => {
    let status = 0;
    for (const step of [1, 3, 11, 15]) {
      expect(nextStatus(status, step)).toBe(step);
      status = step;
    }
  });

  it.each([
    [0, 4],
    [0, 11],
    [1, 9],
    [3, 7],
    [3, 15],
    [3, 1],
    [11, 3],
    [15, 11],
    [15, 1],
  ])('does not let 0x%x become 0x%x', (from, to) => {
    expect(nextStatus(from, to)).toBeUndefined();
  });

  it('takes FAILED at any time and keeps it; DEVICE_NEEDS_RESET is not for the driver to set or clear', () => {
    for (const status of [0, 1, 3, 11, 15]) {
      expect(nextStatus(status, status | STATUS.failed)).toBe(status | STATUS.failed);
      expect(nextStatus(status | STATUS.failed, status)).toBe(status | STATUS.failed);
      expect(nextStatus(status, status | STATUS.needsReset)).toBe(status);
      expect(nextStatus(status | STATUS.needsReset, status)).toBe(status | STATUS.needsReset);
    }
  });
});
