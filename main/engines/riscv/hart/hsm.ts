/**
 * The states of a hart as supervisors see them: SBI 2.0, chapter 9 (Hart State Management), table 1 and figure 1.
 *
 *                 start                 started
 *     STOPPED ------------> START_PENDING -------> STARTED <--------- RESUME_PENDING
 *        ^                                        |      |    resumed       ^
 *        | stopped                           stop |      | suspend          | resume
 *        |                                        v      v                  |
 *        +----------------------------- STOP_PENDING   SUSPEND_PENDING --> SUSPENDED
 *                                                               suspended
 *
 * `start` is another hart's doing, all else the hart's own: `stop` and `suspend` when it calls the SBI, the rest when its
 * run loop has done what is pending.
 */
export const HSM_STATE = {
  STARTED: 0,
  STOPPED: 1,
  START_PENDING: 2,
  STOP_PENDING: 3,
  SUSPENDED: 4,
  SUSPEND_PENDING: 5,
  RESUME_PENDING: 6,
} as const;

export type HsmState = (typeof HSM_STATE)[keyof typeof HSM_STATE];

export const HSM_TRANSITIONS = {
  start: { from: HSM_STATE.STOPPED, to: HSM_STATE.START_PENDING },
  started: { from: HSM_STATE.START_PENDING, to: HSM_STATE.STARTED },
  stop: { from: HSM_STATE.STARTED, to: HSM_STATE.STOP_PENDING },
  stopped: { from: HSM_STATE.STOP_PENDING, to: HSM_STATE.STOPPED },
  suspend: { from: HSM_STATE.STARTED, to: HSM_STATE.SUSPEND_PENDING },
  suspended: { from: HSM_STATE.SUSPEND_PENDING, to: HSM_STATE.SUSPENDED },
  resume: { from: HSM_STATE.SUSPENDED, to: HSM_STATE.RESUME_PENDING },
  resumed: { from: HSM_STATE.RESUME_PENDING, to: HSM_STATE.STARTED },
} as const satisfies Record<string, { from: HsmState; to: HsmState }>;

export type HsmEvent = keyof typeof HSM_TRANSITIONS;

/** A state word per hart, in memory that all harts share. */
export interface HsmStates {
  get(hart: number): HsmState;
  /** Atomically: if the state is `expected` it becomes `next`, and the answer is true. */
  compareExchange(hart: number, expected: HsmState, next: HsmState): boolean;
}

/** True if the hart was in the state that `event` starts from, and has gone on. Of several callers one gets true. */
export function moveHart(states: HsmStates, hart: number, event: HsmEvent): boolean {
  const { from, to } = HSM_TRANSITIONS[event];
  return states.compareExchange(hart, from, to);
}
