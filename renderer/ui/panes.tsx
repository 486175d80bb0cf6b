/**
 * What a dialog with many fields is made of: a search box and its sections at the left, the fields at the right. All fields
 * stay mounted while they are out of sight, so that nothing typed and no file on its way is lost.
 */
import './panes.css';
import { CircleAlert, Search, X } from 'lucide-react';
import { type ReactNode, useId, useRef, useState } from 'react';
import { Button, Input, ListBox, ListBoxItem, SearchField } from 'react-aria-components';
import { Icon } from './icon.tsx';
import { isMac, matches } from './keys.ts';
import { search } from './panes-search.ts';

export interface PaneRow {
  readonly id: string;
  /** What it is found by: label, help, values. */
  readonly words: readonly string[];
  readonly content: ReactNode;
}

export interface PaneSection<S extends string> {
  readonly id: S;
  readonly label: string;
  readonly rows: readonly PaneRow[];
  /** Something in it has to be mended, in words. */
  readonly fault?: string | undefined;
}

export interface PanesProps<S extends string> {
  /** For screen readers: what the sections divide. */
  readonly label: string;
  readonly sections: readonly PaneSection<S>[];
  /** The section to begin with; the first where there is none of this name. */
  readonly start?: string | undefined;
  readonly searchLabel: string;
  readonly nothing: (query: string) => string;
  /** Above the fields, whatever is shown. */
  readonly top?: ReactNode;
}

export function Panes<S extends string>({ label, sections, start, searchLabel, nothing, top }: PanesProps<S>) {
  const [section, setSection] = useState(() => sections.find(({ id }) => id === start)?.id ?? sections[0]?.id);
  const [query, setQuery] = useState('');
  // Looked up as one types the query and not after: a field must not vanish because its value was changed.
  const [found, setFound] = useState<ReadonlySet<string> | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const fields = useRef<HTMLDivElement>(null);
  const id = useId();

  const look = (text: string) => {
    setQuery(text);
    setFound(search(text, sections));
    fields.current?.scrollTo(0, 0);
  };
  const shown = (row: PaneRow, of: S) => (found ? found.has(row.id) : of === section);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of what is inside
    <div
      className="panes-both"
      onKeyDown={(event) => {
        if (!matches('mod+f', event, isMac(navigator.platform))) return;
        event.preventDefault();
        input.current?.select();
      }}
    >
      <div className="panes-side">
        <SearchField className="panes-search" aria-label={searchLabel} value={query} onChange={look} autoFocus>
          <Icon of={Search} size={14} />
          <Input ref={input} placeholder={searchLabel} />
          {query !== '' && (
            <Button className="btn btn-quiet btn-icon btn-s">
              <Icon of={X} size={14} />
            </Button>
          )}
        </SearchField>
        <ListBox
          className="panes-list"
          aria-label={label}
          selectionMode="single"
          // While one searches no section is the chosen one, and coming by with Tab must not choose one.
          selectionBehavior={found ? 'toggle' : 'replace'}
          disallowEmptySelection={!found}
          selectedKeys={found || section === undefined ? [] : [section]}
          onSelectionChange={(keys) => {
            const chosen = sections.find((each) => keys !== 'all' && keys.has(each.id));
            if (!chosen) return;
            look('');
            setSection(chosen.id);
          }}
        >
          {sections.map(({ id: key, label: name, rows, fault }) => {
            const hits = found ? rows.filter((row) => found.has(row.id)).length : undefined;
            return (
              <ListBoxItem
                key={key}
                id={key}
                textValue={name}
                {...(fault === undefined ? {} : { 'aria-label': `${name} ${hits || ''}: ${fault}` })}
                className={hits === 0 ? 'panes-item panes-none' : 'panes-item'}
              >
                <span className="grow ell">{name}</span>
                {fault !== undefined && <Icon of={CircleAlert} size={14} className="st-aborted" />}
                {hits !== undefined && hits > 0 && <span className="count">{hits}</span>}
              </ListBoxItem>
            );
          })}
        </ListBox>
      </div>
      <div className="panes-main">
        {top && <div className="panes-top">{top}</div>}
        <div className="panes-fields" ref={fields}>
          {sections.map(({ id: key, label: name, rows }) => (
            <section key={key} aria-labelledby={`${id}${key}`} hidden={!rows.some((row) => shown(row, key))}>
              <h2 id={`${id}${key}`}>{name}</h2>
              {rows.map((row) => (
                <div key={row.id} className="panes-row" hidden={!shown(row, key)}>
                  {row.content}
                </div>
              ))}
            </section>
          ))}
          <p className="muted panes-nothing" role="status">
            {found?.size === 0 ? nothing(query.trim()) : ''}
          </p>
        </div>
      </div>
    </div>
  );
}

export interface PaneFieldProps {
  /** Seen beside the field, which has a label of its own for screen readers. */
  readonly label: string;
  readonly help?: string | undefined;
  /** Under the label. */
  readonly mark?: ReactNode;
  /** Under the field, above the help. */
  readonly note?: ReactNode;
  /** Several fields, named together. */
  readonly group?: boolean;
  /** Gets the id of the help, for `aria-describedby`. */
  readonly children: (describedBy: string) => ReactNode;
}

export function PaneField({ label, help, mark, note, group = false, children }: PaneFieldProps) {
  const id = useId();
  const helpId = useId();
  return (
    <>
      <div className="panes-label">
        <span id={id} aria-hidden={!group}>
          {label}
        </span>
        {mark}
      </div>
      <div
        className="panes-control"
        {...(group ? { role: 'group', 'aria-labelledby': id, 'aria-describedby': helpId } : {})}
      >
        {children(helpId)}
        {note}
        <p id={helpId} className="field-note">
          {help}
        </p>
      </div>
    </>
  );
}
