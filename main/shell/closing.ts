/** What happens to running guests when the window is closed or the app is to quit. */
import type { Preferences } from '../../shared/contract/preferences.ts';

export type Wish = 'close' | 'quit';
export type Choice = 'keep-running' | 'shut-down' | 'power-off' | 'cancel';

export interface Situation {
  readonly wish: Wish;
  /** Names of the machines that run. */
  readonly running: readonly string[];
  readonly preference: Preferences['onClose'];
  /** The host lives in this process: it ends with it. Where the app is attached to another's host, guests run on by themselves. */
  readonly ownsHost: boolean;
}

export type Plan =
  /** Nothing is lost: let it happen. */
  | { readonly kind: 'go' }
  /** The window goes, the app stays in the tray with its guests. */
  | { readonly kind: 'hide' }
  | { readonly kind: 'end'; readonly machines: 'shut-down' | 'power-off' }
  | { readonly kind: 'ask' }
  | { readonly kind: 'stay' };

export function planOf(situation: Situation): Plan {
  if (situation.running.length === 0 || !situation.ownsHost) return { kind: 'go' };
  // Who quits means to end it all: "keep running" is an answer to closing a window only
  if (situation.preference === 'ask') return { kind: 'ask' };
  if (situation.preference === 'keep-running' && situation.wish === 'quit') return { kind: 'ask' };
  return planOfChoice(situation.preference);
}

export function planOfChoice(choice: Choice): Plan {
  switch (choice) {
    case 'keep-running':
      return { kind: 'hide' };
    case 'shut-down':
    case 'power-off':
      return { kind: 'end', machines: choice };
    case 'cancel':
      return { kind: 'stay' };
  }
}

export interface Question {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  /** In the order of the buttons. */
  readonly choices: readonly Choice[];
  readonly checkbox: string;
}

const NAMED = 5;

export function questionOf({ running }: Pick<Situation, 'running'>): Question {
  const names = running.slice(0, NAMED).join(', ');
  const rest = running.length - NAMED;
  return {
    message: running.length === 1 ? `${running[0]} is running` : `${running.length} machines are running`,
    detail:
      `${running.length > 1 ? `${names}${rest > 0 ? ` and ${rest} more` : ''}.\n\n` : ''}` +
      'Keep running: Innkeeper stays in the tray.\n' +
      'Shut down: the guests are asked to end, and Innkeeper quits when they have.\n' +
      'Power off: at once; what guests have not saved is lost.',
    buttons: ['Keep running', 'Shut down', 'Power off', 'Cancel'],
    choices: ['keep-running', 'shut-down', 'power-off', 'cancel'],
    checkbox: 'Do this from now on',
  };
}
