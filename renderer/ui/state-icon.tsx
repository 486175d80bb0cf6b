import type { MachineState } from '../../shared/contract/machine.ts';
import { SpinnerShape } from './feedback.tsx';

/** Colour of a state; its shape is drawn below, and its word always stands beside it. */
const COLOUR: Readonly<Record<MachineState, string>> = {
  'powered-off': 'st-off',
  starting: 'st-running',
  running: 'st-running',
  paused: 'st-paused',
  stopping: 'st-off',
  aborted: 'st-aborted',
};

function Shape({ state }: { readonly state: MachineState }) {
  switch (state) {
    case 'powered-off':
      return <rect x="3.75" y="3.75" width="8.5" height="8.5" rx="1.25" />;
    case 'running':
      return <path className="f" d="M4.4 3v10c0 .5.6.8 1 .5l7.8-5c.4-.2.4-.8 0-1l-7.8-5c-.4-.3-1 0-1 .5Z" />;
    case 'paused':
      return (
        <g className="f">
          <rect x="3.75" y="3" width="3" height="10" rx=".9" />
          <rect x="9.25" y="3" width="3" height="10" rx=".9" />
        </g>
      );
    case 'aborted':
      return (
        <>
          <circle cx="8" cy="8" r="5.75" />
          <path d="m5.75 5.75 4.5 4.5m0-4.5-4.5 4.5" />
        </>
      );
    case 'starting':
    case 'stopping':
      return <SpinnerShape />;
  }
}

/** Shape and colour of a state. A decoration: the word says the same. */
export function StateIcon({ state, size = 16 }: { readonly state: MachineState; readonly size?: number }) {
  return (
    <svg
      className={`state-icon ${COLOUR[state]}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden
      focusable={false}
    >
      <Shape state={state} />
    </svg>
  );
}
