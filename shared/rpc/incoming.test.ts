import { describe, expect, it } from 'vitest';
import { Incoming } from './incoming.ts';
import { STREAM_BYTES, STREAM_ITEMS } from './limits.ts';

function incoming() {
  const said: string[] = [];
  const stream = new Incoming({
    open: () => said.push('open'),
    more: (items, bytes) => said.push(`more ${items} ${bytes}`),
    cancel: () => said.push('cancel'),
    ended: () => said.push('ended'),
  });
  return { stream, said };
}

describe('an incoming stream', () => {
  it('starts with the first next, and hands events on in order', async () => {
    const { stream, said } = incoming();
    expect(said).toEqual([]);
    const first = stream.next();
    const second = stream.next();
    expect(said).toEqual(['open']);
    stream.push('a', 1);
    stream.push('b', 1);
    stream.push('c', 1);
    expect([await first, await second, await stream.next()].map((result) => result.value)).toEqual(['a', 'b', 'c']);
  });

  it('gives credit back by halves of a window, for what was taken', async () => {
    const { stream, said } = incoming();
    const half = STREAM_ITEMS / 2;
    void stream.next();
    for (let n = 0; n < STREAM_ITEMS; n++) stream.push(n, 10);
    for (let n = 1; n < half - 1; n++) await stream.next();
    expect(said).toEqual(['open']);
    await stream.next();
    expect(said).toEqual(['open', `more ${half} ${half * 10}`]);
    stream.push('large', STREAM_BYTES);
    for (let n = 0; n < half; n++) await stream.next();
    said.length = 0;
    await stream.next();
    expect(said).toEqual([`more 1 ${STREAM_BYTES}`]);
  });

  it('tells of an error once, after the events before it', async () => {
    const { stream } = incoming();
    const first = stream.next();
    stream.push(1, 1);
    stream.push(2, 1);
    stream.end({ error: new Error('broken') });
    await first;
    expect(await stream.next()).toEqual({ done: false, value: 2 });
    await expect(stream.next()).rejects.toThrow('broken');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('tells of an error to the one who waits first, and of the end to the others', async () => {
    const { stream } = incoming();
    const waits = [stream.next(), stream.next()];
    stream.end({ error: new Error('broken') });
    await expect(waits[0]).rejects.toThrow('broken');
    expect(await waits[1]).toEqual({ done: true, value: undefined });
  });

  it('ends at once when the consumer leaves, also one that waits', async () => {
    const { stream, said } = incoming();
    const waits = stream.next();
    await stream.return();
    await stream.return();
    stream.push('late', 1);
    stream.end({ error: new Error('late') });
    expect(await waits).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(said).toEqual(['open', 'ended', 'cancel']);
  });

  it('was never started where the consumer left before', async () => {
    const { stream, said } = incoming();
    await stream.return();
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(said).toEqual(['ended']);
  });
});
