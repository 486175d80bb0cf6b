import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { HARTS_BASE } from '../memory/layout.ts';
import { Mailboxes, type MmioRequest, MmioSlot } from './mailbox.ts';

const MODULE = new URL('./mailbox.ts', import.meta.url).href;
const workers: Worker[] = [];
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.terminate())));

function makeMailboxes(): { buffer: SharedArrayBuffer; mailboxes: Mailboxes } {
  const buffer = new SharedArrayBuffer(HARTS_BASE);
  return { buffer, mailboxes: new Mailboxes({ buffer }) };
}

/** A thread that runs `body` with the module's exports and `memory`, then posts what that returns. */
function inThread(buffer: SharedArrayBuffer, body: string): Promise<unknown> {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ Mailboxes, MmioSlot }) => {
      const memory = { buffer: workerData.buffer };
      const mailboxes = new Mailboxes(memory);
      parentPort.postMessage((() => { ${body} })());
    });`;
  const worker = new Worker(source, { eval: true, workerData: { buffer, module: MODULE } });
  workers.push(worker);
  return once(worker, 'message').then(([answer]) => answer);
}

/** Serves `count` requests of `harts` harts as the device thread does. */
function serve(
  mailboxes: Mailboxes,
  harts: number,
  count: number,
  answer: (request: MmioRequest, hart: number) => number | undefined,
) {
  const slots = Array.from({ length: harts }, (_, hart) => new MmioSlot(mailboxes, hart));
  for (let served = 0; served < count; ) {
    const seen = mailboxes.doorbell;
    slots.forEach((slot, hart) => {
      const request = slot.pending();
      if (!request) return;
      slot.answer(answer(request, hart));
      served++;
    });
    if (served < count) mailboxes.awaitDoorbell(seen, 10_000);
  }
}

test('harts ask and the device thread answers, each hart for itself', async () => {
  const { buffer, mailboxes } = makeMailboxes();
  const TIMES = 2000;
  const body = (hart: number) => `
    const slot = new MmioSlot(mailboxes, ${hart});
    const wrong = [];
    for (let i = 0; i < ${TIMES}; i++) {
      const kind = ['read', 'write', 'sync'][i % 3];
      const address = 0xf0000000 + ${hart} * 0x1000 + i;
      const value = i % 2 ? 0xffffffff - i : i;
      const answer = slot.ask(kind, address, [1, 2, 4][i % 3], value);
      const expected = i % 7 === 0 ? undefined : (address ^ value) >>> 0;
      if (answer !== expected) wrong.push([i, answer, expected]);
    }
    return wrong;`;
  const harts = [0, 1, 2].map((hart) => inThread(buffer, body(hart)));
  const counts = [0, 0, 0];
  const seen: unknown[] = [];
  // Blocks this thread; the harts' modules load meanwhile
  serve(mailboxes, 3, 3 * TIMES, ({ kind, address, size, value }, hart) => {
    const i = counts[hart]!++;
    if (kind !== ['read', 'write', 'sync'][i % 3] || size !== [1, 2, 4][i % 3]) seen.push({ hart, i, kind, size });
    if (address !== 0xf0000000 + hart * 0x1000 + i) seen.push({ hart, i, address });
    return i % 7 === 0 ? undefined : (address ^ value) >>> 0;
  });
  expect(await Promise.all(harts)).toEqual([[], [], []]);
  expect(seen).toEqual([]);
});

test('a slot that was answered has nothing pending', async () => {
  const { buffer, mailboxes } = makeMailboxes();
  const asked = inThread(buffer, `return new MmioSlot(mailboxes, 5).ask('read', 16, 4, 0);`);
  serve(mailboxes, 8, 1, () => 0x8000_0000);
  expect(await asked).toBe(0x8000_0000);
  for (let hart = 0; hart < 8; hart++) expect(new MmioSlot(mailboxes, hart).pending()).toBeUndefined();
});

test('a bell that rings between look and wait is heard', () => {
  const { mailboxes } = makeMailboxes();
  const seen = mailboxes.doorbell;
  mailboxes.ringDoorbell();
  const before = performance.now();
  mailboxes.awaitDoorbell(seen, 60_000);
  expect(performance.now() - before).toBeLessThan(10_000);
});

test.each([
  ['attention', 'mailboxes.attention(2)'],
  ['grant', 'mailboxes.grant(2, true)'],
] as const)('%s wakes a hart that waits', async (word, act) => {
  const { buffer, mailboxes } = makeMailboxes();
  const woken = inThread(
    buffer,
    `const index = Mailboxes.indexOf(2, '${word}');
    mailboxes.store(2, 'state', 1);
    const how = Atomics.wait(mailboxes.words, index, 0, 60000);
    return [how === 'timed-out', mailboxes.load(2, '${word}')];`,
  );
  while (mailboxes.load(2, 'state') === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const waker = inThread(buffer, `${act}; return true;`);
  expect(await waker).toBe(true);
  expect(await woken).toEqual([false, 1]);
  // Other harts were not meant
  expect([1, 3].map((hart) => mailboxes.load(hart, word))).toEqual([0, 0]);
});

test('output that was taken wakes who waits for room', async () => {
  const { buffer, mailboxes } = makeMailboxes();
  mailboxes.addInFlight('hvc0', 100);
  const woken = inThread(
    buffer,
    `mailboxes.store(0, 'state', 1);
    mailboxes.awaitInFlight('hvc0', 100, 60000);
    return mailboxes.inFlight('hvc0');`,
  );
  while (mailboxes.load(0, 'state') === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  mailboxes.addInFlight('hvc0', -60);
  expect(await woken).toBe(40);
});
