/** What a guest's output may not do to the window: handlers that stand before those of xterm.js. */
import type { IDisposable, IParser } from '@xterm/xterm';
import { BOUNDED, type Bound, isUnbounded, MAX_OSC } from './sequence-bounds.ts';

export interface GuardOptions {
  /** Whether a question of the guest is left without an answer now: it is of the past, or another viewer answers. */
  readonly muted: () => boolean;
  readonly limit: (bound: Bound) => number;
  /** OSC 52, with what follows the number. */
  readonly onClipboard: (data: string) => void;
}

/** CSI sequences that a terminal answers: DA1 to DA3, DSR, DECRQM, XTVERSION, DECREQTPARM. */
const QUESTIONS = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { final: 'x' },
] as const;
/** OSC strings that may ask for a colour: palette, text, ground, cursor. */
const COLOURS = [4, 10, 11, 12];

export function guard(parser: IParser, { muted, limit, onClipboard }: GuardOptions): IDisposable {
  const handlers: IDisposable[] = [];
  for (const id of QUESTIONS) handlers.push(parser.registerCsiHandler(id, () => muted()));
  for (const [final, bound] of Object.entries(BOUNDED)) {
    handlers.push(parser.registerCsiHandler({ final }, (parameters) => isUnbounded(parameters, limit(bound))));
  }
  for (const id of COLOURS) handlers.push(parser.registerOscHandler(id, (data) => muted() && data.includes('?')));
  handlers.push(
    // DECRQSS
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => muted()),
    // Window operations and reports of the window: never, whatever the options say.
    parser.registerCsiHandler({ final: 't' }, () => true),
    parser.registerOscHandler(8, (data) => data.length > MAX_OSC),
    parser.registerOscHandler(52, (data) => {
      if (!muted()) onClipboard(data);
      return true;
    }),
  );
  // Titles: the window's is the app's own.
  for (const id of [0, 1, 2]) handlers.push(parser.registerOscHandler(id, () => true));
  return {
    dispose() {
      for (const handler of handlers) handler.dispose();
    },
  };
}
