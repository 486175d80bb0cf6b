import { expect, it, vi } from 'vitest';
import { Awake } from './awake.ts';

function make() {
  const listeners = new Map<string, () => void>();
  const blocker = { start: vi.fn(() => 7), stop: vi.fn() };
  const onAwake = vi.fn();
  const awake = new Awake({
    monitor: { on: (event, listener) => listeners.set(event, listener) },
    blocker,
    onAwake,
  });
  return { awake, blocker, onAwake, listeners };
}

it('holds suspension off exactly while machines run', () => {
  const { awake, blocker } = make();
  awake.update(0);
  expect(blocker.start).not.toHaveBeenCalled();
  awake.update(1);
  awake.update(2);
  expect(blocker.start).toHaveBeenCalledOnce();
  awake.update(0);
  awake.update(0);
  expect(blocker.stop.mock.calls).toEqual([[7]]);
  awake.update(1);
  expect(blocker.start).toHaveBeenCalledTimes(2);
});

it('tells the host after a sleep', () => {
  const { onAwake, listeners } = make();
  listeners.get('resume')?.();
  expect(onAwake).toHaveBeenCalledOnce();
});
