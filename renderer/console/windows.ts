/** Consoles in windows of their own. The windows of one browser, or of the app, tell each other over a channel. */
import { create } from 'zustand';
import { InnError } from '../../shared/base/errors.ts';
import { i18n } from '../i18n/i18n.ts';
import { hashOf } from '../state/navigate.ts';

const CHANNEL = 'innkeeper.consoles';

type Message =
  /** Which consoles have windows? Each of those answers `here`. */
  { readonly kind: 'who' } | { readonly kind: 'here' | 'gone' | 'return'; readonly key: string };

const keyOf = (machine: string, console: string) => `${machine}/${console}`;

/** Keys of the consoles that have a window. */
const useWindows = create<{ readonly open: ReadonlySet<string> }>(() => ({ open: new Set() }));

let channel: BroadcastChannel | undefined;

function listen(): BroadcastChannel {
  if (channel) return channel;
  channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'here') mark(data.key, true);
    else if (data.kind === 'gone') mark(data.key, false);
  });
  channel.postMessage({ kind: 'who' } satisfies Message);
  return channel;
}

function mark(key: string, open: boolean): void {
  useWindows.setState((state) => {
    const next = new Set(state.open);
    if (open) next.add(key);
    else next.delete(key);
    return { open: next };
  });
}

/** Whether the console has a window of its own. */
export function useHasWindow(machine: string, console: string): boolean {
  listen();
  return useWindows((state) => state.open.has(keyOf(machine, console)));
}

/** Throws `InnError` where the browser does not allow it. */
export async function openWindow(machine: string, console: string): Promise<void> {
  listen();
  const key = keyOf(machine, console);
  if (window.innkeeper?.openConsole) await window.innkeeper.openConsole(machine, console);
  else {
    const opened = window.open(
      hashOf({ page: 'console', machine, console }),
      `innkeeper-${machine}-${console}`,
      'popup,width=900,height=600',
    );
    if (!opened) {
      throw new InnError(i18n.t('console:why.popUp'), {
        code: 'window-refused',
        nextStep: i18n.t('console:why.popUpNext'),
      });
    }
  }
  mark(key, true);
}

/** Closes the window; the console is free for another at once, also where that window has crashed. */
export function bringBack(machine: string, console: string): void {
  const key = keyOf(machine, console);
  listen().postMessage({ kind: 'return', key } satisfies Message);
  mark(key, false);
}

/** Makes this window the one of a console, until the returned function is called. */
export function beWindowOf(machine: string, console: string): () => void {
  const key = keyOf(machine, console);
  const own = new BroadcastChannel(CHANNEL);
  const say = (kind: 'here' | 'gone') => own.postMessage({ kind, key } satisfies Message);
  const leave = () => say('gone');
  own.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'who') say('here');
    else if (data.kind === 'return' && data.key === key) window.close();
  });
  window.addEventListener('pagehide', leave);
  say('here');
  return () => {
    window.removeEventListener('pagehide', leave);
    say('gone');
    own.close();
  };
}
