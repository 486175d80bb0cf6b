import { describe, expect, it } from 'vitest';
import { planOf, planOfChoice, questionOf } from './closing.ts';

const busy = { wish: 'close', running: ['web'], preference: 'ask', ownsHost: true } as const;

describe('closing the window', () => {
  it('asks nothing when nothing would be lost', () => {
    expect(planOf({ ...busy, running: [] })).toEqual({ kind: 'go' });
    expect(planOf({ ...busy, ownsHost: false })).toEqual({ kind: 'go' });
  });

  it('asks while a machine runs, unless the user has decided for good', () => {
    expect(planOf(busy)).toEqual({ kind: 'ask' });
    expect(planOf({ ...busy, preference: 'keep-running' })).toEqual({ kind: 'hide' });
    expect(planOf({ ...busy, preference: 'shut-down' })).toEqual({ kind: 'end', machines: 'shut-down' });
    expect(planOf({ ...busy, preference: 'power-off' })).toEqual({ kind: 'end', machines: 'power-off' });
  });

  it('asks who quits, for quitting cannot keep anything running', () => {
    expect(planOf({ ...busy, wish: 'quit', preference: 'keep-running' })).toEqual({ kind: 'ask' });
    expect(planOf({ ...busy, wish: 'quit', preference: 'shut-down' })).toEqual({ kind: 'end', machines: 'shut-down' });
  });

  it('has a button for every choice, the harmless one first', () => {
    const { buttons, choices, message } = questionOf(busy);
    expect(buttons).toHaveLength(choices.length);
    expect(choices[0]).toBe('keep-running');
    expect(message).toBe('web is running');
    expect(choices.map((choice) => planOfChoice(choice).kind)).toEqual(['hide', 'end', 'end', 'stay']);
  });

  it('names some machines and counts the rest', () => {
    const running = Array.from({ length: 7 }, (_, n) => `m${n}`);
    expect(questionOf({ running }).message).toBe('7 machines are running');
    expect(questionOf({ running }).detail).toContain('m0, m1, m2, m3, m4 and 2 more.');
  });
});
