import { expect, test } from 'vitest';
import { Topic } from './topic.ts';

/** Takes events until `count` are there. */
async function take<E>(events: AsyncIterable<E>, count: number): Promise<E[]> {
  const taken: E[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const never = new AbortController().signal;

test('a watcher gets what is, then what changes', async () => {
  const topic = new Topic<string>();
  const events = take(
    topic.watch(never, () => ['first']),
    3,
  );
  topic.publish('a');
  topic.publish('b');
  expect(await events).toEqual(['first', 'a', 'b']);
  expect(topic.watched).toBe(false);
});

test('what was published before does not count, and each watcher has its own events', async () => {
  const topic = new Topic<string>();
  topic.publish('lost');
  const one = take(
    topic.watch(never, () => []),
    1,
  );
  const two = take(
    topic.watch(never, () => []),
    2,
  );
  topic.publish('a');
  expect(await one).toEqual(['a']);
  topic.publish('b');
  expect(await two).toEqual(['a', 'b']);
});

test('the signal ends it, also while it waits, and before it began', async () => {
  const topic = new Topic<string>();
  const abort = new AbortController();
  const events = take(
    topic.watch(abort.signal, () => ['first']),
    9,
  );
  await Promise.resolve();
  expect(topic.watched).toBe(true);
  setImmediate(() => abort.abort());
  expect(await events).toEqual(['first']);
  expect(topic.watched).toBe(false);
  expect(
    await take(
      topic.watch(abort.signal, () => ['first']),
      9,
    ),
  ).toEqual([]);
});

test('one that is too slow starts over with what is by then', async () => {
  const topic = new Topic<number>();
  let current = 0;
  const watcher = topic.watch(never, () => [current]);
  expect((await watcher.next()).value).toBe(0);
  while (current < 1000) topic.publish(++current);
  expect((await watcher.next()).value).toBe(1000);
  topic.publish(++current);
  expect((await watcher.next()).value).toBe(1001);
  await watcher.return();
});

test('a long beginning does not count as slowness', async () => {
  const topic = new Topic<number>();
  const many = Array.from({ length: 2000 }, (_, n) => n);
  const watcher = topic.watch(never, () => many);
  const seen = [(await watcher.next()).value];
  topic.publish(2000);
  for (let n = 1; n <= 2000; n++) seen.push((await watcher.next()).value);
  expect(seen).toEqual([...many, 2000]);
  await watcher.return();
});
