/** Everything that can be done, and every machine, by typing. */
import { Search } from 'lucide-react';
import { useState } from 'react';
import {
  Autocomplete,
  Dialog,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Modal,
  ModalOverlay,
  SearchField,
} from 'react-aria-components';
import { allActions, runAction, shortcutOf } from '../../actions/actions.ts';
import { useActionContext } from '../../actions/use-action.ts';
import { useText } from '../../i18n/i18n.ts';
import { rowText } from '../../machines/words.ts';
import { showMachine } from '../../state/navigate.ts';
import { useMachines } from '../../state/stores.ts';
import { Icon, Kbd, Keys, StateIcon } from '../../ui/index.ts';
import { type Entry, paletteSections, type Section } from './entries.ts';
import { closePalette, usePalette } from './palette-state.ts';
import { noteRecent, recentEntries } from './recent.ts';

export function Palette() {
  const t = useText('app');
  const open = usePalette((state) => state.open);
  return (
    <ModalOverlay
      className="scrim scrim-top"
      isDismissable
      isOpen={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) closePalette();
      }}
    >
      <Modal className="pal">
        <Dialog className="pal-in" aria-label={t('palette.label')}>
          <Finder />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Finder() {
  const t = useText('app');
  const context = useActionContext();
  const machines = useMachines();
  const [text, setText] = useState('');
  const [recent] = useState(recentEntries);
  const sections = paletteSections(text, { actions: allActions(), machines, context, recent });

  const run = (entry: Entry) => {
    noteRecent(entry.id);
    closePalette();
    if (entry.kind === 'machine') showMachine(entry.machine.id);
    // A dialog takes the focus from where it is: it must be back in the page by then.
    else setTimeout(() => runAction(entry.action.id, context), 0);
  };
  const heading = ({ name }: Section) =>
    name === 'machine' ? (context.machine?.settings.name ?? '') : t(`palette.${name}`);

  return (
    <Autocomplete inputValue={text} onInputChange={setText}>
      <SearchField className="pal-query" aria-label={t('palette.label')} autoFocus>
        <Icon of={Search} />
        {/* The list is worked from here: arrows move in it while the focus stays. */}
        <Input placeholder={t('palette.label')} role="combobox" aria-expanded />
        <Kbd>Esc</Kbd>
      </SearchField>
      <Menu
        // What Enter would do is marked before anything is typed
        autoFocus="first"
        className="pal-list"
        aria-label={t('palette.label')}
        items={sections}
        dependencies={[text]}
        renderEmptyState={() => <p className="pal-none muted">{t('palette.none', { text })}</p>}
        onAction={(key) => {
          const entry = sections.flatMap(({ entries }) => entries).find(({ id }) => id === key);
          if (entry) run(entry);
        }}
      >
        {(section) => (
          <MenuSection id={section.name}>
            <Header className="pal-sec">{heading(section)}</Header>
            {section.entries.map((entry) => (
              <EntryItem key={entry.id} entry={entry} />
            ))}
          </MenuSection>
        )}
      </Menu>
      <footer className="pal-foot">
        <span className="row">
          <Kbd>↑</Kbd>
          <Kbd>↓</Kbd>
          {t('palette.move')}
        </span>
        <span className="row">
          <Kbd>Enter</Kbd>
          {t('palette.run')}
        </span>
      </footer>
    </Autocomplete>
  );
}

function EntryItem({ entry }: { readonly entry: Entry }) {
  const { host } = useActionContext();
  const shortcut = entry.kind === 'action' ? shortcutOf(entry.action, host.door) : undefined;
  return (
    <MenuItem id={entry.id} textValue={entry.text} className="pal-item">
      {entry.kind === 'machine' ? (
        <StateIcon state={entry.machine.state} />
      ) : entry.action.icon ? (
        <Icon of={entry.action.icon} />
      ) : (
        <span className="pal-noicon" />
      )}
      <span>
        <Marked text={entry.text} at={entry.match.at} />
      </span>
      {entry.kind === 'machine' && <span className="pal-context">{rowText(entry.machine)}</span>}
      {shortcut !== undefined && (
        <span className="pal-keys">
          <Keys of={shortcut} />
        </span>
      )}
    </MenuItem>
  );
}

/** The letters that were found stand out. */
function Marked({ text, at }: { readonly text: string; readonly at: readonly number[] }) {
  if (at.length === 0) return text;
  const marked = new Set(at);
  const runs: { from: number; text: string; hit: boolean }[] = [];
  for (let index = 0; index < text.length; index++) {
    const hit = marked.has(index);
    const last = runs.at(-1);
    if (last?.hit === hit) last.text += text[index];
    else runs.push({ from: index, text: text[index] ?? '', hit });
  }
  return runs.map((run) => (run.hit ? <b key={run.from}>{run.text}</b> : <span key={run.from}>{run.text}</span>));
}
