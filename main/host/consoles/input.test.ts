import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sendInput } from './input.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

class Console {
  room = true;
  got = '';
  inputRoom(): boolean {
    return this.room;
  }
  input(bytes: Uint8Array): void {
    this.got += Buffer.from(bytes).toString();
  }
}

const never = new AbortController().signal;
const type = (target: Console, text: string, signal = never) => sendInput(target, Buffer.from(text), signal);
/** Real time: a few rounds of asking whether there is room. */
const moment = () => new Promise((resolve) => setTimeout(resolve, 30));

test('with room it is handed over at once', async () => {
  const target = new Console();
  const sent = type(target, 'a');
  expect(target.got).toBe('a');
  await sent;
});

test('without room it waits, and keeps its order', async () => {
  const target = new Console();
  target.room = false;
  const all = [type(target, 'a'), type(target, 'b')];
  await moment();
  expect(target.got).toBe('');
  target.room = true;
  all.push(type(target, 'c'));
  await Promise.all(all);
  expect(target.got).toBe('abc');
  await type(target, 'd');
  expect(target.got).toBe('abcd');
});

test('a guest that does not read for five seconds is said to', async () => {
  const target = new Console();
  target.room = false;
  const sent = type(target, 'a');
  const behind = type(target, 'b');
  vi.advanceTimersByTime(5000);
  await expect(sent).rejects.toMatchObject({ code: 'console-stuck', nextStep: expect.stringContaining('reset') });
  await expect(behind).rejects.toMatchObject({ code: 'console-stuck' });
  target.room = true;
  await type(target, 'c');
  expect(target.got).toBe('c');
});

test('who gives up does not hold the others back', async () => {
  const target = new Console();
  target.room = false;
  const abort = new AbortController();
  const sent = type(target, 'a', abort.signal);
  const behind = type(target, 'b');
  abort.abort();
  await expect(sent).rejects.toThrow();
  target.room = true;
  await behind;
  expect(target.got).toBe('b');
});
