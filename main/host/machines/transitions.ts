/** What may be done to a machine in each state, and what becomes of it. The only place that knows. */
import { InnError } from '../../../shared/base/errors.ts';
import type { MachineState } from '../../../shared/contract/machine.ts';

/*
 *                  start                 began                 pause
 *   powered-off ----------> starting --------------> running ---------> paused
 *    ^       ^              |  ^  |                  ^ |  | ^           |  |
 *    |       |     notBegun |  |  | powerOff   reset | |  | +-----------+  |
 *    |       +--------------+  |  |         shutDown +-+  |  resume, reset |
 *    |       |                 |  |                       |  shutDown      |
 *    |       | ended           |  +-----> stopping <------+----------------+
 *    |       |                 |           |    |      powerOff
 *    |       +-----------------|-----------+    |
 *    | discard                 | start          | failed
 *    +------------------- aborted <-------------+
 *
 *   ended and failed also happen to machines that run or are paused: a guest powers itself off, or its emulator fails.
 *   A start forgets how the run before it failed (the log keeps it), so that notBegun always leads to powered off.
 */

/** What somebody asks for. `remove` is to the trash; editing and cloning are possible in every state. */
export const ACTIONS = ['start', 'pause', 'resume', 'reset', 'shutDown', 'powerOff', 'discard', 'remove'] as const;
export type Action = (typeof ACTIONS)[number];
/** What comes about by itself. */
export type Happening = 'began' | 'notBegun' | 'ended' | 'failed';

type Row = Readonly<Partial<Record<Action | Happening, MachineState>>>;

export const TRANSITIONS: Readonly<Record<MachineState, Row>> = {
  'powered-off': { start: 'starting', remove: 'powered-off' },
  starting: { began: 'running', notBegun: 'powered-off', powerOff: 'stopping' },
  running: {
    pause: 'paused',
    reset: 'running',
    // The guest goes on until it has done what it was asked for
    shutDown: 'running',
    powerOff: 'stopping',
    ended: 'powered-off',
    failed: 'aborted',
  },
  paused: {
    resume: 'running',
    reset: 'running',
    // A guest that stands still cannot be asked
    shutDown: 'running',
    powerOff: 'stopping',
    ended: 'powered-off',
    failed: 'aborted',
  },
  stopping: { notBegun: 'powered-off', ended: 'powered-off', failed: 'aborted' },
  aborted: { start: 'starting', discard: 'powered-off', remove: 'aborted' },
};

/** States in which a machine has, or is about to have, or still has, an engine's machine. */
export const ALIVE: ReadonlySet<MachineState> = new Set(['starting', 'running', 'paused', 'stopping']);

/** For people: what a refused action would have done to the machine, and what an action is called. */
const WORDS: Readonly<Record<Action, readonly [refused: string, name: string]>> = {
  start: ['started', 'start'],
  pause: ['paused', 'pause'],
  resume: ['resumed', 'resume'],
  reset: ['reset', 'reset'],
  shutDown: ['asked to shut down', 'shut down'],
  powerOff: ['powered off', 'power off'],
  discard: ['cleared of a failure', 'discard'],
  remove: ['removed', 'remove'],
};

const STATE_WORDS: Readonly<Record<MachineState, string>> = {
  'powered-off': 'powered off',
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
  aborted: 'aborted',
};

/** What may be asked for in a state. */
export function possible(state: MachineState): Action[] {
  return ACTIONS.filter((action) => TRANSITIONS[state][action] !== undefined);
}

/** The state that an action leads to. Throws an `InnError` `wrong-state` where it is not possible. */
export function stateAfter(name: string, state: MachineState, action: Action): MachineState {
  const next = TRANSITIONS[state][action];
  if (next !== undefined) return next;
  const choices = possible(state);
  const names = choices.map((each) => WORDS[each][1]).join(', ');
  throw new InnError(`“${name}” is ${STATE_WORDS[state]} and cannot be ${WORDS[action][0]}`, {
    code: 'wrong-state',
    nextStep: choices.length === 0 ? 'Wait until it has stopped.' : `Possible now: ${names}.`,
    details: { state, possible: choices },
  });
}

/** The state that a happening leads to. One that the table does not have is a bug of ours. */
export function stateOnceIt(state: MachineState, happening: Happening): MachineState {
  const next = TRANSITIONS[state][happening];
  if (next === undefined) throw new Error(`a machine that is ${state} cannot have ${happening}`);
  return next;
}
