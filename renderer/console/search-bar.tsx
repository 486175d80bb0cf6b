/** Search in a terminal, over its top right corner. */
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import { useStore } from 'zustand';
import { useText } from '../i18n/i18n.ts';
import { IconButton, WithTooltip } from '../ui/index.ts';
import type { ConsoleTerminal } from './terminal.ts';

export interface SearchBarProps {
  readonly terminal: ConsoleTerminal;
  /** Raised each time that search is asked for anew, to bring the focus back. */
  readonly asked: number;
  readonly onClose: () => void;
}

/** Milliseconds after the last letter: a search through 100,000 lines must not hold up typing. */
const TYPING = 120;

export function SearchBar({ terminal, asked, onClose }: SearchBarProps) {
  const t = useText('console');
  const field = useRef<HTMLInputElement>(null);
  const [term, setTerm] = useState('');
  const [caseSensitive, setCase] = useState(false);
  const [wholeWord, setWord] = useState(false);
  const [regex, setRegex] = useState(false);
  const results = useStore(terminal.store, (state) => state.results);
  const bad = regex && !isPattern(term);
  const options = { caseSensitive, wholeWord, regex };

  const find = (direction: 'next' | 'previous', incremental = false) => {
    if (bad) return;
    terminal.find(term, { ...options, incremental }, direction);
  };
  const findNow = useRef(find);
  findNow.current = find;

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for anew, it gets the focus anew
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [asked]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what it searches for
  useEffect(() => {
    if (term === '' || bad) {
      terminal.endSearch();
      return;
    }
    // The newest is at the bottom: from there up.
    const timer = setTimeout(() => findNow.current('previous', true), TYPING);
    return () => clearTimeout(timer);
  }, [term, caseSensitive, wholeWord, regex, bad, terminal]);
  useEffect(() => () => terminal.endSearch(), [terminal]);

  const close = () => {
    onClose();
    terminal.focus();
  };
  return (
    <search
      className="console-find"
      aria-label={t('search.label')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
      }}
    >
      <input
        ref={field}
        className="console-find-in"
        aria-label={t('search.field')}
        placeholder={t('search.field')}
        aria-invalid={bad}
        value={term}
        maxLength={1000}
        spellCheck={false}
        onChange={(event) => setTerm(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          find(event.shiftKey ? 'next' : 'previous');
        }}
      />
      <output className="console-find-count">{countText()}</output>
      <Option label={t('search.matchCase')} sign="Aa" selected={caseSensitive} onChange={setCase} />
      <Option label={t('search.wholeWord')} sign="“w”" selected={wholeWord} onChange={setWord} />
      <Option label={t('search.regex')} sign=".*" selected={regex} onChange={setRegex} />
      <IconButton label={t('search.previous')} icon={ChevronUp} onPress={() => find('previous')} className="term-btn" />
      <IconButton label={t('search.next')} icon={ChevronDown} onPress={() => find('next')} className="term-btn" />
      <IconButton label={t('search.close')} icon={X} onPress={close} className="term-btn" />
    </search>
  );

  function countText(): string {
    if (bad) return t('search.bad');
    if (term === '' || !results) return '';
    if (results.count === 0) return t('search.none');
    if (results.index < 0) return t('search.many', { count: results.count });
    return t('search.count', { index: results.index + 1, count: results.count });
  }
}

interface OptionProps {
  readonly label: string;
  readonly sign: string;
  readonly selected: boolean;
  readonly onChange: (selected: boolean) => void;
}

function Option({ label, sign, selected, onChange }: OptionProps) {
  return (
    <WithTooltip text={label}>
      <ToggleButton className="console-find-option" isSelected={selected} onChange={onChange}>
        <span className="console-unseen">{label}</span>
        <span aria-hidden>{sign}</span>
      </ToggleButton>
    </WithTooltip>
  );
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
