/** Puts a terminal into an element, and answers what it asks for: search, paste, links, font size. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { FONT_SIZE } from '../../shared/contract/limits.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import { useHost } from '../connection/use-host.ts';
import { reporting } from '../state/toasts.ts';
import { ring } from './bell.ts';
import type { TerminalCommand } from './keys.ts';
import { asksBefore, checkPaste, type PasteCheck } from './paste.ts';
import type { ConsoleTerminal } from './terminal.ts';
import type { Terminals } from './use-terminals.ts';

export type Question =
  | { readonly kind: 'paste'; readonly check: PasteCheck }
  | { readonly kind: 'link'; readonly address: string }
  | { readonly kind: 'clear' };

export interface Pane {
  readonly terminal: ConsoleTerminal | null;
  readonly question: Question | null;
  ask(question: Question | null): void;
  paste(text: string): void;
  pasteNow(check: PasteCheck, askAgain: boolean): void;
  command(command: TerminalCommand): void;
  /** Rises with each bell that is to be seen. */
  readonly flashes: number;
}

export interface PaneOptions {
  readonly terminals: Terminals;
  readonly console: string;
  readonly preferences: Preferences['console'];
  /** In sight: the terminal attaches when it first is. */
  readonly visible: boolean;
  readonly onSearch: () => void;
}

export function usePane(box: RefObject<HTMLDivElement | null>, options: PaneOptions): Pane {
  const { terminals, console, preferences, visible, onSearch } = options;
  const { connection: host, mayWrite } = useHost();
  const [terminal, setTerminal] = useState<ConsoleTerminal | null>(null);
  const [question, ask] = useState<Question | null>(null);
  const [flashes, setFlashes] = useState(0);

  const set = (change: Partial<Preferences['console']>) =>
    reporting(async () => void (await host.call('preferences.set', { console: change })));
  const resize = (fontSize: number) => {
    const within = Math.max(FONT_SIZE.least, Math.min(FONT_SIZE.most, fontSize));
    if (mayWrite) set({ fontSize: within });
    else terminal?.setPreferences({ ...preferences, fontSize: within });
  };
  const pane: Pane = {
    terminal,
    question,
    ask,
    flashes,
    paste(text) {
      const check = checkPaste(text);
      if (asksBefore(check, preferences.warnOnMultiLinePaste)) ask({ kind: 'paste', check });
      else terminal?.typePasted(check.text);
    },
    pasteNow(check, askAgain) {
      if (!askAgain) set({ warnOnMultiLinePaste: false });
      terminal?.typePasted(check.text);
    },
    command(command) {
      switch (command) {
        case 'search':
          onSearch();
          return;
        case 'copy':
          if (terminal && terminal.selection !== '') {
            reporting(() => navigator.clipboard.writeText(terminal.selection));
          }
          return;
        case 'larger':
          resize(preferences.fontSize + 1);
          return;
        case 'smaller':
          resize(preferences.fontSize - 1);
          return;
        case 'usual-size':
          resize(FONT_SIZE.usual);
          return;
      }
    },
  };
  const latest = useRef({ pane, bell: preferences.bell });
  latest.current = { pane, bell: preferences.bell };

  useEffect(() => {
    if (!visible || !box.current) return;
    const shown = terminals.open(console);
    box.current.append(shown.root);
    shown.start();
    shown.restyle();
    shown.seen(true);
    terminals.showIn(console, {
      onPaste: (text) => latest.current.pane.paste(text),
      onLink: (address) => latest.current.pane.ask({ kind: 'link', address }),
      onCommand: (command) => latest.current.pane.command(command),
      onBell: () => {
        if (latest.current.bell === 'visual') setFlashes((count) => count + 1);
        if (latest.current.bell === 'sound') ring();
      },
    });
    setTerminal(shown);
    return () => {
      terminals.showIn(console, null);
      shown.seen(false);
      setTerminal(null);
    };
  }, [terminals, console, visible, box]);

  return pane;
}
