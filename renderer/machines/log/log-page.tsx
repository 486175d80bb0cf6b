import './log.css';
import { ArrowDownToLine, Copy, Save, Search, X } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { Button as AriaButton, Input, SearchField } from 'react-aria-components';
import type { Machine } from '../../../shared/contract/machine.ts';
import { dayText } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import { reporting, toast } from '../../state/toasts.ts';
import { useNow } from '../../state/use-now.ts';
import { Banner, Button, Icon, IconButton, Select, Skeleton, Spinner } from '../../ui/index.ts';
import { isMac, matches } from '../../ui/keys.ts';
import { saveFile } from '../save-file.ts';
import { LogBlock } from './log-block.tsx';
import { useFollow } from './use-follow.ts';
import { useLog } from './use-log.ts';
import { days, type LeastLevel, logText, shownEntries } from './view.ts';

const LEVELS: readonly LeastLevel[] = ['info', 'warning', 'error'];
const MINUTE = 60_000;

/** What happened to a machine, the newest at the end. */
export default function LogPage({ machine }: { readonly machine: Machine }) {
  const t = useText('machines');
  const { name } = machine.settings;
  const [level, setLevel] = useState<LeastLevel>('info');
  const [typed, setTyped] = useState('');
  // Typing goes on while a long log is looked through.
  const search = useDeferredValue(typed);
  const some = level !== 'info' || typed.trim() !== '';
  const { part, loading, error, loadOlder, loadAll } = useLog(machine.id, some);
  const shown = useMemo(() => shownEntries(part.entries, level, search), [part.entries, level, search]);
  const byDay = useMemo(() => days(shown), [shown]);
  const lastDay = byDay.at(-1);
  const { scroller, content, following, toEnd } = useFollow(loadOlder);
  // biome-ignore lint/correctness/useExhaustiveDependencies: of what is shown anew the newest is shown first
  useEffect(toEnd, [toEnd, level, search]);
  const field = useRef<HTMLInputElement>(null);
  const today = new Date(useNow(MINUTE)).setHours(0, 0, 0, 0);

  const copy = async () => {
    const entries = shownEntries((await loadAll()).entries, level, search);
    await navigator.clipboard.writeText(logText(entries));
    toast({ text: t('log.copied', { count: entries.length }) });
  };
  const showAll = () => {
    setLevel('info');
    setTyped('');
    field.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of what is inside
    <div
      className="log-page"
      onKeyDown={(event) => {
        if (!matches('mod+f', event, isMac(navigator.platform))) return;
        event.preventDefault();
        field.current?.focus();
        field.current?.select();
      }}
    >
      <div className="log-bar">
        <SearchField className="search log-search" aria-label={t('log.search')} value={typed} onChange={setTyped}>
          <Icon of={Search} size={14} />
          <Input ref={field} placeholder={t('log.search')} maxLength={1000} spellCheck={false} />
          {typed !== '' && (
            <AriaButton className="btn btn-quiet btn-icon btn-s">
              <Icon of={X} size={14} />
            </AriaButton>
          )}
        </SearchField>
        <div className="log-levels">
          <Select
            label={t('log.level')}
            labelHidden
            value={level}
            onChange={setLevel}
            choices={LEVELS.map((value) => ({ value, label: t(`log.levels.${value}`) }))}
          />
        </div>
        <span className="muted small log-count" role="status">
          {some && part.complete && t('log.shown', { count: shown.length, all: part.entries.length })}
        </span>
        <span className="grow" />
        {loading && (
          <span className="row muted small">
            <Spinner />
            {t('log.loading')}
          </span>
        )}
        <IconButton icon={Copy} label={t('log.copy')} onPress={() => reporting(copy)} />
        <IconButton
          icon={Save}
          label={t('log.save')}
          onPress={() => reporting(async () => saveFile(`${name}.log`, logText((await loadAll()).entries)))}
        />
      </div>
      {error && (
        <div className="log-failed">
          <Banner level="error" title={error.message}>
            {error.nextStep}
          </Banner>
        </div>
      )}
      <div className="log-frame">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached to be scrolled by keys */}
        <section className="log-scroll selectable" ref={scroller} tabIndex={0} aria-label={t('log.label', { name })}>
          <div ref={content} className="log-content">
            {part.complete === null && !error && <Skeleton rows={12} height={20} />}
            {part.complete === true && !some && shown.length > 0 && <p className="log-begin muted">{t('log.begin')}</p>}
            {byDay.map((day) => (
              <section key={day.key} aria-label={dayText(day.at, today)}>
                <h2 className="log-day">{dayText(day.at, today)}</h2>
                {day.blocks.map((block, at) => (
                  <LogBlock
                    key={block.key}
                    block={block}
                    search={search}
                    atEnd={day === lastDay && at >= day.blocks.length - 2}
                  />
                ))}
              </section>
            ))}
            {part.complete === true && part.entries.length === 0 && <p className="log-none muted">{t('log.empty')}</p>}
            {part.complete === true && part.entries.length > 0 && shown.length === 0 && (
              <div className="log-none muted">
                <p>{t('log.nothing')}</p>
                <Button variant="link" onPress={showAll}>
                  {t('log.showAll')}
                </Button>
              </div>
            )}
          </div>
        </section>
        {!following && (
          <Button size="s" icon={ArrowDownToLine} className="log-follow" onPress={toEnd}>
            {t('log.follow')}
          </Button>
        )}
      </div>
    </div>
  );
}
