import { describe, expect, it } from 'vitest';
import { wirePair } from './pair.ts';
import { MAX_MESSAGE } from './wire.ts';
import { WireEnd } from './wire-end.ts';

const message = (n: number) => new Uint8Array([n]);

describe('the end of a wire', () => {
  it('keeps messages until somebody listens', () => {
    const end = new WireEnd(() => expect.unreachable());
    const got: Uint8Array[] = [];
    end.deliver(message(1));
    end.deliver(message(2));
    end.onMessage((one) => got.push(one));
    end.deliver(message(3));
    expect(got).toEqual([message(1), message(2), message(3)]);
  });

  it('keeps no more than it may, and then has the wire closed', () => {
    const reasons: string[] = [];
    const end: WireEnd = new WireEnd((reason) => {
      reasons.push(reason);
      end.end(reason);
    });
    const large = new Uint8Array(MAX_MESSAGE);
    end.deliver(large);
    end.deliver(large);
    expect(reasons).toEqual([]);
    end.deliver(message(1));
    end.deliver(message(2));
    expect(reasons).toHaveLength(1);
    end.onMessage(() => expect.unreachable());
  });

  it('drops what comes after its end, also what was kept when a message ends it', () => {
    const end = new WireEnd(() => expect.unreachable());
    const got: Uint8Array[] = [];
    for (const n of [1, 2, 3]) end.deliver(message(n));
    end.onMessage((one) => {
      got.push(one);
      if (got.length === 2) end.end();
    });
    end.deliver(message(4));
    expect(got).toEqual([message(1), message(2)]);
  });

  it('says once that it ended, to those who listen and to those who come later', () => {
    const end = new WireEnd(() => expect.unreachable());
    const said: string[] = [];
    end.onClose((reason) => said.push(`early ${reason}`));
    expect([end.end('first'), end.end('second')]).toEqual([true, false]);
    end.onClose((reason) => said.push(`late ${reason}`));
    expect(said).toEqual(['early first', 'late first']);
  });
});

describe('a pair', () => {
  it('delivers later and in order, and before the end what was sent before it', async () => {
    const [near, far] = wirePair();
    const got: (Uint8Array | string)[] = [];
    far.onMessage((one) => got.push(one));
    far.onClose(() => got.push('closed'));
    near.send(message(1));
    near.send(message(2));
    near.close();
    near.send(message(3));
    expect(got).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(got).toEqual([message(1), message(2), 'closed']);
  });

  it('closes on both sides for a message that is too large', async () => {
    const [near, far] = wirePair();
    near.send(new Uint8Array(MAX_MESSAGE + 1));
    const reasons = await Promise.all([near, far].map((wire) => new Promise((resolve) => wire.onClose(resolve))));
    expect(reasons).toEqual(['a message was too large', 'a message was too large']);
  });
});
