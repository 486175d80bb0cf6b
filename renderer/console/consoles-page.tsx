/** The consoles of a machine: tabs, one or two terminals side by side, and those that have windows of their own. */
import './console.css';
import { Columns2, Ellipsis, ExternalLink, Search, SquareTerminal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Tabs as AriaTabs, Tab, TabList } from 'react-aria-components';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import type { ConsoleInfo, Machine } from '../../shared/contract/machine.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import { useText } from '../i18n/i18n.ts';
import { takeTyping, useNavigation } from '../state/navigate.ts';
import { reporting } from '../state/toasts.ts';
import { BusyTabPanel, Button, Icon, IconButton } from '../ui/index.ts';
import { ConsolePane } from './console-pane.tsx';
import { choose, inFront, type Side, setLayout, toggleSplit, useLayouts, valid } from './layout.ts';
import type { ConsoleTerminal } from './terminal.ts';
import { useGround } from './use-ground.ts';
import { type Terminals, useConsolePreferences, useTerminals } from './use-terminals.ts';
import { bringBack, openWindow, useHasWindow } from './windows.ts';

export default function ConsolesPage({ machine }: { readonly machine: Machine }) {
  const preferences = useConsolePreferences();
  return preferences && <Consoles machine={machine} preferences={preferences} />;
}

interface ConsolesProps {
  readonly machine: Machine;
  readonly preferences: Preferences['console'];
}

function Consoles({ machine, preferences }: ConsolesProps) {
  const t = useText('console');
  const visible = useNavigation(({ place }) => place.page === 'machine' && place.tab === 'consoles');
  const terminals = useTerminals(machine, preferences);
  const ids = machine.consoles.map(({ id }) => id);
  const layout = valid(
    useLayouts(({ of }) => of.get(machine.id)),
    ids,
  );
  const front = inFront(layout);
  const ground = useGround(preferences.theme);
  const moved = useHasWindow(machine.id, front);
  const [search, setSearch] = useState<{ readonly console: string; readonly asked: number } | null>(null);
  const [menuAt, setMenuAt] = useState<{ x: number; y: number } | null>(null);
  const more = useRef<HTMLButtonElement>(null);
  useTyping(machine, terminals, visible ? front : null);

  const show = (next: typeof layout) => setLayout(machine.id, next);
  const openSearch = (console: string) => setSearch((now) => ({ console, asked: (now?.asked ?? 0) + 1 }));
  const one = (console: string, side: Side) => (
    <OneConsole
      key={console}
      machine={machine}
      console={console}
      terminals={terminals}
      preferences={preferences}
      visible={visible}
      split={layout.right !== null}
      onFocus={() => {
        if (layout.active !== side) show({ ...layout, active: side });
      }}
      search={search?.console === console ? search.asked : null}
      onSearch={(open) => (open ? openSearch(console) : setSearch(null))}
      menuAt={console === front ? menuAt : null}
      onMenuClose={() => setMenuAt(null)}
    />
  );
  return (
    <AriaTabs
      className="consoles"
      data-term={ground}
      selectedKey={front}
      onSelectionChange={(key) => show(choose(layout, String(key)))}
    >
      <div className="console-tabs">
        <TabList className="console-tablist" aria-label={t('tabs')}>
          {machine.consoles.map((info) => (
            <ConsoleTab key={info.id} machine={machine} info={info} terminals={terminals} />
          ))}
        </TabList>
        <span className="grow" />
        <IconButton
          className={search ? 'term-btn term-btn-on' : 'term-btn'}
          label={t('action.search')}
          shortcut="mod+shift+f"
          icon={Search}
          whyNot={moved ? t('popOut.text', { id: front }) : undefined}
          onPress={() => (search?.console === front ? setSearch(null) : openSearch(front))}
        />
        <IconButton
          className={layout.right === null ? 'term-btn' : 'term-btn term-btn-on'}
          label={layout.right === null ? t('action.split') : t('action.unsplit')}
          icon={Columns2}
          whyNot={ids.length < 2 ? t('action.splitOnly') : undefined}
          onPress={() => show(toggleSplit(layout, ids))}
        />
        <IconButton
          className="term-btn"
          label={t('action.popOut')}
          icon={ExternalLink}
          whyNot={moved ? t('popOut.text', { id: front }) : undefined}
          onPress={() => reporting(() => openWindow(machine.id, front))}
        />
        <IconButton
          ref={more}
          className="term-btn"
          label={t('action.more')}
          icon={Ellipsis}
          whyNot={moved ? t('popOut.text', { id: front }) : undefined}
          onPress={() => {
            const at = more.current?.getBoundingClientRect();
            if (at) setMenuAt({ x: at.left, y: at.bottom });
          }}
        />
      </div>
      <BusyTabPanel id={front} className="console-panel">
        {layout.right === null ? (
          one(layout.left, 'left')
        ) : (
          <Group orientation="horizontal" className="console-split">
            <Panel minSize="20%" className="console-half">
              {one(layout.left, 'left')}
            </Panel>
            <Separator className="console-divider" />
            <Panel minSize="20%" className="console-half">
              {one(layout.right, 'right')}
            </Panel>
          </Group>
        )}
      </BusyTabPanel>
    </AriaTabs>
  );
}

/** Gives the focus to the terminal in front where somebody came to type. */
function useTyping({ id }: Machine, terminals: Terminals, front: string | null): void {
  const wanted = useNavigation(({ typeInto }) => typeInto === id);
  const terminal = useStore(terminals.opened, (opened) => (front === null ? undefined : opened.get(front)));
  useEffect(() => {
    if (!wanted || !terminal) return;
    // A dialog or menu that led here still holds the focus
    const timer = setTimeout(() => {
      if (takeTyping(id)) terminal.focus();
    }, 0);
    return () => clearTimeout(timer);
  }, [id, wanted, terminal]);
}

type OneConsoleProps = React.ComponentProps<typeof ConsolePane>;

function OneConsole(props: OneConsoleProps) {
  const { machine, console, terminals } = props;
  const t = useText('console');
  const moved = useHasWindow(machine.id, console);
  useEffect(() => {
    if (moved) terminals.close(console);
  }, [moved, terminals, console]);
  if (!moved) return <ConsolePane {...props} />;
  return (
    <div className="console-moved">
      <p>{t('popOut.text', { id: console })}</p>
      <Button onPress={() => bringBack(machine.id, console)}>{t('action.bringBack')}</Button>
      <Button variant="quiet" onPress={() => reporting(() => openWindow(machine.id, console))}>
        {t('action.showWindow')}
      </Button>
    </div>
  );
}

interface ConsoleTabProps {
  readonly machine: Machine;
  readonly info: ConsoleInfo;
  readonly terminals: Terminals;
}

function ConsoleTab({ machine, info, terminals }: ConsoleTabProps) {
  const t = useText('console');
  const moved = useHasWindow(machine.id, info.id);
  const terminal = useStore(terminals.opened, (opened) => opened.get(info.id));
  return (
    <Tab id={info.id} className="console-tab">
      <Icon of={moved ? ExternalLink : SquareTerminal} size={14} />
      {info.kind === 'serial' ? t('serial') : info.id}
      {info.kind === 'serial' && <span className="console-tab-id">{info.id}</span>}
      {moved && <span className="console-unseen">{t('moved')}</span>}
      {terminal && <Unread terminal={terminal} />}
    </Tab>
  );
}

function Unread({ terminal }: { readonly terminal: ConsoleTerminal }) {
  const t = useText('console');
  const unread = useStore(terminal.store, (state) => state.unread);
  if (!unread) return null;
  return (
    <>
      <span className="console-tab-dot" />
      <span className="console-unseen">{t('newOutput')}</span>
    </>
  );
}
