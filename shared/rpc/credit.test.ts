import { describe, expect, it } from 'vitest';
import { Credit } from './credit.ts';
import { STREAM_BYTES, STREAM_ITEMS } from './limits.ts';

describe('credit', () => {
  it('is used up by events as well as by bytes', () => {
    const items = new Credit();
    for (let n = 1; n < STREAM_ITEMS; n++) items.spend(1);
    expect(items.left).toBe(true);
    items.spend(1);
    expect(items.left).toBe(false);
    const bytes = new Credit();
    bytes.spend(STREAM_BYTES - 1);
    expect(bytes.left).toBe(true);
    bytes.spend(1);
    expect(bytes.left).toBe(false);
  });

  it('is overdrawn by one large event, which has to be made up for', () => {
    const credit = new Credit();
    credit.spend(3 * STREAM_BYTES);
    credit.add(1, 2 * STREAM_BYTES);
    expect(credit.left).toBe(false);
    credit.add(0, 1);
    expect(credit.left).toBe(true);
  });

  it('never exceeds a window, whatever is granted', () => {
    const credit = new Credit();
    credit.add(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    for (let n = 0; n < STREAM_ITEMS; n++) credit.spend(1);
    expect(credit.left).toBe(false);
  });

  it('ends a wait once there is some, and not before', async () => {
    const credit = new Credit();
    credit.spend(2 * STREAM_BYTES);
    let woken = false;
    const wait = credit.wait().then(() => {
      woken = true;
    });
    credit.add(1, 1);
    await Promise.resolve();
    expect(woken).toBe(false);
    credit.add(1, STREAM_BYTES);
    await wait;
    const other = new Credit();
    const cancelled = other.wait();
    other.cancelWait();
    await cancelled;
  });
});
