import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { Wire } from '../../shared/rpc/wire.ts';
import { MAX_MESSAGE } from '../../shared/rpc/wire.ts';
import { MAX_UNSENT } from './limits.ts';
import type { Port } from './port-wire.ts';
import { portWire } from './port-wire.ts';

function closing(wire: Wire): Promise<string | undefined> {
  return new Promise((resolve) => wire.onClose(resolve));
}

/** A port like Electron's: messages come as events, and only once it was started. */
class ElectronPort extends EventEmitter implements Port {
  readonly posted: unknown[] = [];
  started = false;
  closed = false;

  postMessage(value: unknown): void {
    this.posted.push(value);
  }
  start(): void {
    this.started = true;
  }
  close(): void {
    this.closed = true;
    this.emit('close');
  }
  receive(data: unknown): void {
    this.emit('message', { data, ports: [] });
  }
}

describe('a wire over a message port', () => {
  it('works with ports of worker threads', async () => {
    const { port1, port2 } = new MessageChannel();
    const near = portWire(port1);
    const far = portWire(port2);
    const got: Uint8Array[] = [];
    far.onMessage((message) => got.push(message));
    const slab = Buffer.from('0123456789');
    near.send(slab.subarray(2, 4));
    near.send(new Uint8Array(slab.buffer, slab.byteOffset, 1));
    near.send(new Uint8Array());
    near.close();
    await closing(far);
    expect(got).toEqual([new Uint8Array([50, 51]), new Uint8Array([48]), new Uint8Array()]);
    // Not the slab that they were parts of, and still ours.
    for (const message of got) expect(message.buffer.byteLength).toBe(message.length);
    expect(slab.toString()).toBe('0123456789');
  });

  it('works with ports of Electron, to which it hands plain bytes', () => {
    const port = new ElectronPort();
    const wire = portWire(port);
    const got: Uint8Array[] = [];
    wire.onMessage((message) => got.push(message));
    expect(port.started).toBe(true);
    port.receive(new Uint8Array([1, 2]));
    wire.send(Buffer.from('ab'));
    expect(got).toEqual([new Uint8Array([1, 2])]);
    expect(port.posted).toEqual([new Uint8Array([97, 98])]);
    expect(port.posted[0]?.constructor).toBe(Uint8Array);
    wire.close();
    wire.send(new Uint8Array(1));
    port.receive(new Uint8Array(1));
    expect([port.closed, port.posted.length, got.length]).toEqual([true, 1, 1]);
  });

  it.each([
    ['text', 'hello'],
    ['an object', { t: 'hello' }],
    ['a number, where no receipts were agreed on', 5],
    ['nothing', null],
    ['more than one message may be', new Uint8Array(MAX_MESSAGE + 1)],
  ])('closes on %s', async (_, value) => {
    const port = new ElectronPort();
    const wire = portWire(port);
    wire.onMessage(() => expect.unreachable());
    port.receive(value);
    expect(await closing(wire)).toMatch(/^a message was/);
    expect(port.closed).toBe(true);
  });

  it('closes at once where only one end is bounded', async () => {
    const { port1, port2 } = new MessageChannel();
    const bounded = portWire(port1, { bounded: true });
    expect(await closing(portWire(port2))).toMatch(/no bytes/);
    await closing(bounded);
  });

  it('gives up on a peer that takes nothing, where it is bounded', async () => {
    const port = new ElectronPort();
    const wire = portWire(port, { bounded: true });
    const message = new Uint8Array(MAX_MESSAGE);
    for (let sent = 0; sent < MAX_UNSENT; sent += MAX_MESSAGE) wire.send(message);
    expect(port.closed).toBe(false);
    port.receive(MAX_MESSAGE);
    wire.send(message);
    expect(port.closed).toBe(false);
    wire.send(message);
    expect(await closing(wire)).toMatch(/does not read/);
  });

  it('passes any amount to one that takes it', async () => {
    const { port1, port2 } = new MessageChannel();
    const near = portWire(port1, { bounded: true });
    const far = portWire(port2, { bounded: true });
    let taken = 0;
    const message = new Uint8Array(MAX_MESSAGE);
    const rounds = (2 * MAX_UNSENT) / MAX_MESSAGE;
    const send = () => {
      for (let n = 0; n < 8; n++) near.send(message);
    };
    const done = new Promise<void>((resolve) => {
      far.onMessage(() => {
        taken++;
        if (taken === rounds) resolve();
        // In one thread, the other end has its turn only after this one.
        else if (taken % 8 === 0) setImmediate(send);
      });
    });
    send();
    await Promise.race([done, closing(near), closing(far)]);
    expect(taken).toBe(rounds);
    near.close();
  });
});
