import { Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { MAX_UNSENT } from './limits.ts';
import { streamWire } from './stream-wire.ts';

/** The messages as they are on the stream. */
function framed(messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32LE(message.length);
      return [prefix, message];
    }),
  );
}

function closing(wire: { onClose(listener: (reason?: string) => void): void }): Promise<string | undefined> {
  return new Promise((resolve) => wire.onClose(resolve));
}

describe('a wire over a stream', () => {
  it('cuts messages out of the stream, however that is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        async (messages, cuts) => {
          const [near, far] = duplexPair();
          const wire = streamWire(near);
          const got: Uint8Array[] = [];
          wire.onMessage((message) => got.push(message));
          let rest = framed(messages);
          for (const cut of cuts) {
            far.write(rest.subarray(0, cut));
            rest = rest.subarray(cut);
          }
          far.end(rest);
          far.resume();
          await closing(wire);
          expect(got).toEqual(messages);
          for (const message of got) expect(message.buffer.byteLength).toBe(message.length);
        },
      ),
    );
  });

  it('writes messages one after the other, each with its length', async () => {
    const [near, far] = duplexPair();
    const wire = streamWire(near);
    const messages = [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array(100_000).fill(7)];
    for (const message of messages) wire.send(message);
    wire.close();
    expect(Buffer.concat(await far.toArray())).toEqual(framed(messages));
    wire.send(new Uint8Array(1));
  });

  it.each([
    ['a length beyond the limit', [1, 0, 64, 0]],
    ['text of another protocol', [...Buffer.from('GET / HTTP/1.1\r\n')]],
  ])('closes on %s', async (_, bytes) => {
    const [near, far] = duplexPair();
    const wire = streamWire(near);
    wire.onMessage(() => expect.unreachable());
    far.write(Buffer.from(bytes));
    far.resume();
    expect(await closing(wire)).toMatch(/too large/);
  });

  it('takes a message as large as the limit', async () => {
    const [near, far] = duplexPair();
    const lengths: number[] = [];
    const wire = streamWire(near);
    wire.onMessage((message) => lengths.push(message.length));
    const other = streamWire(far);
    other.send(new Uint8Array(MAX_MESSAGE));
    await vi.waitFor(() => expect(lengths).toEqual([MAX_MESSAGE]));
    other.send(new Uint8Array(MAX_MESSAGE + 1));
    await Promise.all([closing(wire), closing(other)]);
    expect(lengths).toEqual([MAX_MESSAGE]);
  });

  it('closes when the stream breaks, with the reason', async () => {
    const [near] = duplexPair();
    const wire = streamWire(near);
    near.destroy(new Error('the cable was pulled'));
    expect(await closing(wire)).toBe('the cable was pulled');
    expect(await closing(streamWire(near))).toBeUndefined();
  });

  it('closes when the other side ends in the middle of a message', async () => {
    const [near, far] = duplexPair();
    const wire = streamWire(near);
    wire.onMessage(() => expect.unreachable());
    far.end(Buffer.from([9, 0, 0, 0, 1, 2]));
    far.resume();
    expect(await closing(wire)).toBeUndefined();
  });

  it('gives up on a peer that takes nothing, and keeps no more for it than it may', async () => {
    const stuck = new Duplex({ read() {}, write() {} });
    const wire = streamWire(stuck);
    let most = 0;
    const closed = closing(wire);
    for (let sent = 0; sent <= 2 * MAX_UNSENT; sent += MAX_MESSAGE) {
      wire.send(new Uint8Array(MAX_MESSAGE));
      most = Math.max(most, stuck.writableLength);
    }
    expect(await closed).toMatch(/does not read/);
    expect(stuck.destroyed).toBe(true);
    expect(most).toBeLessThanOrEqual(MAX_UNSENT + MAX_MESSAGE + 8);
  });

  it('waits for a peer that takes its time when it closes, but not for ever', async () => {
    vi.useFakeTimers();
    const stuck = new Duplex({ read() {}, write() {} });
    const wire = streamWire(stuck);
    wire.send(new Uint8Array(10));
    wire.close();
    await vi.advanceTimersByTimeAsync(100);
    expect(stuck.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stuck.destroyed).toBe(true);
    vi.useRealTimers();
  });
});
