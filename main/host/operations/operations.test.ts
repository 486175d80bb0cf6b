import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InnError } from '../../../shared/base/errors.ts';
import { type Operation, type OperationEvent, operation as schema } from '../../../shared/contract/operation.ts';
import { type OperationContext, type OperationSpec, Operations } from './operations.ts';

const clone: OperationSpec = { kind: 'clone', machine: 'abcdefghijkl', subject: 'web', mayCancel: true };

let operations: Operations;
beforeEach(() => {
  vi.useFakeTimers();
  operations = new Operations();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

/** Work that ends when the test says so, or when it is cancelled. */
function start(spec: Partial<OperationSpec> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<string | null | undefined>();
  let context: OperationContext | undefined;
  const { id } = operations.run({ ...clone, ...spec }, (given) => {
    context = given;
    given.signal.addEventListener('abort', () => reject(given.signal.reason as Error));
    return promise;
  });
  return { id, resolve, reject, context: context! };
}

/** All events from now on, as they come. */
function watch(): { events: OperationEvent[]; steps(): string[]; stop(): void } {
  const events: OperationEvent[] = [];
  const abort = new AbortController();
  void (async () => {
    for await (const event of operations.watch(abort.signal)) events.push(event);
  })();
  const steps = () => events.flatMap((event) => (event.kind === 'changed' ? [event.operation.step] : []));
  return { events, steps, stop: () => abort.abort() };
}

test('an operation is seen from its beginning to half a minute after its end', async () => {
  const seen = watch();
  await settle();
  const work = start();
  expect(schema.parse(operations.get(work.id))).toMatchObject({ status: 'running', progress: null, endedAt: null });
  expect(operations.running).toBe(1);
  await vi.advanceTimersByTimeAsync(5000);
  work.resolve('mnopqrstuvwx');
  await settle();
  const { startedAt, ...ended } = operations.get(work.id);
  expect(ended).toMatchObject({ status: 'done', progress: 1, result: 'mnopqrstuvwx', mayCancel: false, error: null });
  expect(ended.endedAt).toBe(startedAt + 5000);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(operations.list()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(operations.list()).toEqual([]);
  expect(operations.running).toBe(0);
  expect(seen.events.map(({ kind }) => kind)).toEqual(['all', 'changed', 'changed', 'removed']);
  seen.stop();
});

test('the work has begun when run returns', () => {
  const begun: string[] = [];
  operations.run(clone, async () => void begun.push('work'));
  begun.push('returned');
  expect(begun).toEqual(['work', 'returned']);
});

test('progress never goes back, stays between 0 and 1, and may be unknown', () => {
  const { id, context } = start();
  const progressAfter = (progress?: number | null) => {
    context.report('Copying', progress);
    return operations.get(id).progress;
  };
  expect([0.5, 0.25, undefined, 7, null, undefined, 0.1].map(progressAfter)).toEqual([0.5, 0.5, 0.5, 1, null, null, 1]);
  expect(progressAfter(Number.NaN)).toBe(1);
  expect(schema.safeParse(operations.get(id)).success).toBe(true);
});

test('reports are gathered: ten a second, the last of them always', async () => {
  const { context } = start();
  await vi.advanceTimersByTimeAsync(200);
  const seen = watch();
  await settle();
  for (let ms = 0; ms <= 1000; ms++) {
    context.report(`step ${ms}`, ms / 1000);
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(100);
  expect(seen.steps()[0]).toBe('step 0');
  expect(seen.steps().at(-1)).toBe('step 1000');
  expect(seen.steps().length).toBeGreaterThan(8);
  expect(seen.steps().length).toBeLessThan(14);
  seen.stop();
});

test('the end does not wait for gathered reports', async () => {
  const seen = watch();
  await settle();
  const work = start();
  work.context.report('nearly', 0.9);
  work.resolve(null);
  await settle();
  expect(seen.events.at(-1)).toMatchObject({ operation: { status: 'done' } });
  const count = seen.events.length;
  work.context.report('too late', 0.5);
  await vi.advanceTimersByTimeAsync(1000);
  expect(seen.events).toHaveLength(count);
  seen.stop();
});

test('a failure keeps code, next step and details until it is dismissed', async () => {
  const work = start();
  const details = { missing: 7 };
  work.reject(new InnError('No room', { code: 'disk-full', nextStep: 'Make room.', details }));
  await vi.advanceTimersByTimeAsync(60 * 60_000);
  expect(operations.get(work.id)).toMatchObject({
    status: 'failed',
    error: { code: 'disk-full', message: 'No room', nextStep: 'Make room.', details },
  });
  operations.dismiss(work.id);
  expect(operations.list()).toEqual([]);
});

test.each([
  ['a mistake of ours', () => Promise.reject(new TypeError('x is undefined'))],
  [
    'one that is thrown at once',
    () => {
      throw new TypeError('x is undefined');
    },
  ],
])('%s is internal', async (_, work) => {
  const { id } = operations.run(clone, work);
  await settle();
  const { error } = operations.get(id);
  expect(error).toMatchObject({ code: 'internal', message: expect.stringContaining('x is undefined') });
});

test('cancelled, the work is told why, and it is over when the work is', async () => {
  let finish = () => {};
  let told: unknown;
  const { id } = operations.run(clone, async ({ signal }) => {
    signal.addEventListener('abort', () => {
      told = signal.reason;
    });
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    signal.throwIfAborted();
  });
  const asked = operations.cancel(id);
  expect(asked).toMatchObject({ status: 'running', mayCancel: false, step: 'Cancelling' });
  expect(told).toMatchObject({ code: 'cancelled' });
  expect(operations.cancel(id)).toEqual(asked);
  finish();
  await settle();
  expect(operations.get(id)).toMatchObject({ status: 'cancelled', error: null });
  expect(operations.cancel(id).status).toBe('cancelled');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(operations.list()).toEqual([]);
});

test('work that was done before it noticed is done', async () => {
  const { id } = operations.run(clone, async () => 'mnopqrstuvwx');
  operations.cancel(id);
  await settle();
  expect(operations.get(id)).toMatchObject({ status: 'done', result: 'mnopqrstuvwx' });
});

test('what may not be cancelled is not', async () => {
  const work = start({ mayCancel: false });
  const refused = expect.objectContaining({ code: 'operation-not-cancellable' });
  expect(() => operations.cancel(work.id)).toThrow(refused);
  work.context.mayCancel(true);
  expect(operations.get(work.id).mayCancel).toBe(true);
  work.context.mayCancel(false);
  expect(() => operations.cancel(work.id)).toThrow(refused);
  expect(work.context.signal.aborted).toBe(false);
});

test('unknown operations, and those that run, are not dismissed', () => {
  const missing = expect.objectContaining({ code: 'operation-not-found' });
  for (const ask of [operations.get, operations.cancel, operations.dismiss]) {
    expect(() => ask.call(operations, 'nosuchthing0')).toThrow(missing);
  }
  const work = start();
  expect(() => operations.dismiss(work.id)).toThrow(expect.objectContaining({ code: 'operation-running' }));
});

test('failures that nobody looks at do not pile up', async () => {
  for (let n = 0; n < 150; n++)
    operations.run({ ...clone, subject: String(n) }, () => Promise.reject<null>(new Error('no')));
  const running = start();
  await settle();
  const subjects = operations.list().map(({ subject }) => subject);
  expect(subjects).toHaveLength(101);
  expect(subjects[0]).toBe('50');
  expect(operations.get(running.id).status).toBe('running');
});

test('settle cancels what may be cancelled and waits for the rest', async () => {
  const one = start();
  const other = start({ mayCancel: false });
  let settled = false;
  const done = operations.settle().then(() => {
    settled = true;
  });
  await settle();
  expect(operations.get(one.id).status).toBe('cancelled');
  expect(settled).toBe(false);
  other.resolve(null);
  await done;
  expect(operations.list().map(({ status }: Operation) => status)).toEqual(['cancelled', 'done']);
});
