/** The table of who owns the data folder: see README.md, which a test compares with this one. */
import type { FolderState } from './folder-state.ts';

/** Who comes: the desktop app, `inn serve`, a command that needs a host, one that only asks, the background host itself. */
export const COMERS = ['app', 'serve', 'command', 'question', 'background'] as const;
export type Comer = (typeof COMERS)[number];

export type Decision =
  /** Take the lock and run the host in this process. */
  | 'own'
  /** Be a door of the owner's host. */
  | 'attach'
  /** Start a background host, then look again. */
  | 'start'
  /** Look again in a moment; after a while that is an error. */
  | 'wait'
  /** Say that there is no host. */
  | 'no-host'
  /** Say that versions do not match. */
  | 'mismatch'
  /** Go away: somebody else does it. */
  | 'leave';

export const DECISIONS: Readonly<Record<FolderState, Readonly<Record<Comer, Decision>>>> = {
  free: { app: 'own', serve: 'own', command: 'start', question: 'no-host', background: 'own' },
  busy: { app: 'wait', serve: 'wait', command: 'wait', question: 'wait', background: 'wait' },
  owned: { app: 'attach', serve: 'attach', command: 'attach', question: 'attach', background: 'leave' },
  mismatch: { app: 'mismatch', serve: 'mismatch', command: 'mismatch', question: 'mismatch', background: 'leave' },
};
