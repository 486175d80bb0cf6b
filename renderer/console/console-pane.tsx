/** One console: its terminal, what lies over it, and the line under it. */
import { useEffect, useId, useRef, useState } from 'react';
import { Menu as AriaMenu, Popover } from 'react-aria-components';
import type { Machine } from '../../shared/contract/machine.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import { useHost } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { reporting } from '../state/toasts.ts';
import { ConfirmDialog } from '../ui/index.ts';
import { ConsoleItems } from './console-menu.tsx';
import { ConsoleNotice } from './console-notice.tsx';
import { ConsoleStatus } from './console-status.tsx';
import { useHostKeyName } from './host-key.ts';
import { LinkDialog } from './link-dialog.tsx';
import { PasteDialog } from './paste-dialog.tsx';
import { SearchBar } from './search-bar.tsx';
import type { ConsoleTerminal } from './terminal.ts';
import { useGround } from './use-ground.ts';
import { type Pane, usePane } from './use-pane.ts';
import type { Terminals } from './use-terminals.ts';

export interface ConsolePaneProps {
  readonly machine: Machine;
  readonly console: string;
  readonly terminals: Terminals;
  readonly preferences: Preferences['console'];
  readonly visible: boolean;
  /** It has not the only say: its line names it. */
  readonly split: boolean;
  readonly onFocus?: () => void;
  /** How often search was asked for from outside; null while it is closed. */
  readonly search: number | null;
  readonly onSearch: (open: boolean) => void;
  /** Where the page's own menu button stands; its menu is the same. */
  readonly menuAt?: { readonly x: number; readonly y: number } | null;
  readonly onMenuClose?: () => void;
}

export function ConsolePane(props: ConsolePaneProps) {
  const { machine, console, terminals, preferences, visible, split, search, onSearch } = props;
  const t = useText('console');
  const box = useRef<HTMLDivElement>(null);
  const way = useId();
  const hostKey = useHostKeyName();
  const ground = useGround(preferences.theme);
  const pane = usePane(box, { terminals, console, preferences, visible, onSearch: () => onSearch(true) });
  const { terminal } = pane;
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens say something else on another ground
  useEffect(() => {
    terminal?.restyle();
    terminal?.describedBy(way);
  }, [terminal, ground, way]);

  const place = props.menuAt ?? menu;
  const closeMenu = () => {
    setMenu(null);
    props.onMenuClose?.();
  };
  return (
    <section className="console" aria-label={t('label', { id: console, name: machine.settings.name })}>
      <div className="console-main">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the terminal in it is what one acts on */}
        <div
          className="console-term"
          ref={box}
          onFocus={props.onFocus}
          onContextMenu={(event) => {
            event.preventDefault();
            // A program that shows the mouse what to do has the right button too; shift is the way past it.
            if (terminal?.takesMouse && !event.shiftKey) return;
            setMenu({ x: event.clientX, y: event.clientY });
          }}
        />
        <div className="console-over">
          {terminal && search !== null && (
            <SearchBar terminal={terminal} asked={search} onClose={() => onSearch(false)} />
          )}
          {pane.flashes > 0 && <div className="console-flash" key={pane.flashes} aria-hidden />}
        </div>
      </div>
      <span id={way} className="console-unseen">
        {t('hint.leave', { key: hostKey })}
      </span>
      {terminal && <ConsoleNotice machine={machine} terminal={terminal} />}
      {terminal && <ConsoleStatus machine={machine} terminal={terminal} named={split} />}
      {terminal && place && (
        <PlacedMenu key={`${place.x} ${place.y}`} place={place} label={t('action.more')} onClose={closeMenu}>
          <ConsoleItems machine={machine} terminal={terminal} pane={pane} />
        </PlacedMenu>
      )}
      {terminal && <Questions machine={machine} terminal={terminal} pane={pane} />}
    </section>
  );
}

interface PlacedMenuProps {
  readonly place: { readonly x: number; readonly y: number };
  readonly label: string;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

function PlacedMenu({ place, label, onClose, children }: PlacedMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className="console-anchor" style={{ left: place.x, top: place.y }} />
      <Popover
        className="menu-pop"
        aria-label={label}
        triggerRef={anchor}
        isOpen
        placement="bottom start"
        offset={0}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
      >
        <AriaMenu className="menu" aria-label={label} autoFocus="first" onClose={onClose}>
          {children}
        </AriaMenu>
      </Popover>
    </>
  );
}

interface QuestionsProps {
  readonly machine: Machine;
  readonly terminal: ConsoleTerminal;
  readonly pane: Pane;
}

function Questions({ terminal, pane }: QuestionsProps) {
  const t = useText('console');
  const { connection: host } = useHost();
  const { question, ask } = pane;
  const close = () => {
    ask(null);
    // The dialog gives the focus back to where it was; a menu that led here is gone by then.
    setTimeout(() => terminal.focus(), 0);
  };
  switch (question?.kind) {
    case 'paste': {
      const { check } = question;
      return (
        <PasteDialog
          check={check}
          bracketed={terminal.bracketsPaste}
          onClose={close}
          onPaste={(askAgain) => pane.pasteNow(check, askAgain)}
        />
      );
    }
    case 'link':
      return <LinkDialog address={question.address} onClose={close} />;
    case 'clear':
      return (
        <ConfirmDialog
          title={t('clear.title', { id: terminal.at.console })}
          text={t('clear.text')}
          action={t('clear.action')}
          danger
          onClose={close}
          onConfirm={() =>
            reporting(async () => {
              await host.call('console.clear', terminal.at);
              terminal.clear();
            })
          }
        />
      );
    default:
      return null;
  }
}
