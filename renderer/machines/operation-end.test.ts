import { expect, test } from 'vitest';
import type { Operation, OperationEvent } from '../../shared/contract/operation.ts';
import type { HostConnection } from '../connection/host.ts';
import { operationEnd } from './operation-end.ts';

const running: Operation = {
  id: 'o'.repeat(12),
  kind: 'clone',
  machine: 'm'.repeat(12),
  subject: 'linux',
  status: 'running',
  step: '',
  progress: 0,
  mayCancel: true,
  error: null,
  startedAt: 0,
  endedAt: null,
  result: null,
};
const other: Operation = { ...running, id: 'p'.repeat(12), status: 'failed' };
const done: Operation = { ...running, status: 'done', result: 'c'.repeat(12) };
const all = (...operations: Operation[]): OperationEvent => ({ kind: 'all', operations });
const changed = (operation: Operation): OperationEvent => ({ kind: 'changed', operation });

/** Tells these events, then that nobody listened to the end. */
function telling(...events: readonly OperationEvent[]): Pick<HostConnection, 'stream'> {
  async function* stream(): AsyncGenerator<OperationEvent> {
    yield* events;
    throw new Error('Listened on');
  }
  return { stream: stream as unknown as HostConnection['stream'] };
}

test('the last that is told of it, whatever others do', async () => {
  expect(await operationEnd(telling(all(other, running), changed(other), changed(done)), running)).toEqual(done);
  const failed: Operation = { ...running, status: 'failed' };
  expect(await operationEnd(telling(all(running), changed(failed)), running)).toEqual(failed);
});

test('one that has ended already is not waited for', async () => {
  expect(await operationEnd(telling(), done)).toBe(done);
});

test('one that is not listed any more has ended well', async () => {
  expect(await operationEnd(telling(all(other)), running)).toBeUndefined();
  expect(await operationEnd(telling(all(running), { kind: 'removed', id: running.id }), running)).toBeUndefined();
});

test('what the stream throws is passed on', async () => {
  await expect(operationEnd(telling(all(running)), running)).rejects.toThrow('Listened on');
});
