import { describe, expect, it } from 'vitest';
import { MACHINE_STATES } from '../../../shared/contract/machine.ts';
import { ACTIONS, ALIVE, possible, stateAfter, stateOnceIt, TRANSITIONS } from './transitions.ts';

describe('transitions', () => {
  it.each(MACHINE_STATES)('%s says what is possible when it refuses', (state) => {
    const choices = possible(state);
    for (const action of ACTIONS) {
      if (choices.includes(action)) expect(stateAfter('web', state, action)).toBe(TRANSITIONS[state][action]);
      else {
        expect(() => stateAfter('web', state, action)).toThrow(
          expect.objectContaining({ code: 'wrong-state', details: { state, possible: choices } }),
        );
      }
    }
  });

  it('speaks plainly', () => {
    expect(() => stateAfter('web', 'paused', 'start')).toThrow(
      expect.objectContaining({
        message: '“web” is paused and cannot be started',
        nextStep: 'Possible now: resume, reset, shut down, power off.',
      }),
    );
    expect(() => stateAfter('web', 'stopping', 'remove')).toThrow(
      expect.objectContaining({ nextStep: 'Wait until it has stopped.' }),
    );
  });

  it('lets every machine come to rest, and every machine at rest be started and removed', () => {
    for (const state of MACHINE_STATES) {
      if (ALIVE.has(state)) {
        const next = Object.values(TRANSITIONS[state]);
        expect(next.some((to) => !ALIVE.has(to) || to === 'stopping')).toBe(true);
        expect(possible(state)).not.toContain('remove');
      } else expect(possible(state)).toEqual(expect.arrayContaining(['start', 'remove']));
    }
  });

  it('reaches every state from powered off', () => {
    const reached = new Set(['powered-off' as const, ...MACHINE_STATES.slice(0, 0)]);
    // A set that grows during iteration is walked to its end
    for (const state of reached) for (const to of Object.values(TRANSITIONS[state])) reached.add(to);
    expect([...reached].toSorted()).toEqual(MACHINE_STATES.toSorted());
  });

  it('takes what cannot happen for a bug', () => {
    expect(() => stateOnceIt('powered-off', 'ended')).toThrow('cannot have ended');
  });
});
