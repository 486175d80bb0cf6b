import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import type { LogEntry } from '../../../shared/contract/machine.ts';
import { clockText } from '../../i18n/format.ts';
import { useText } from '../../i18n/i18n.ts';
import { Icon } from '../../ui/index.ts';
import { type Block, patternOf, pieces, sameBlock } from './view.ts';

/** Pixels; what most entries take. One that is longer than a line takes more, which is known once it was drawn. */
const ROW = 24;
/** How far out of sight blocks are drawn already, so that scrolling meets them ready. */
const AHEAD = '1200px 0px';

export interface LogBlockProps {
  readonly block: Block;
  readonly search: string;
  /** Drawn from the start: the log opens at its end. */
  readonly atEnd: boolean;
}

/** Entries while they are in sight or near it; else room of their height, so that long logs cost no more than short ones. */
export const LogBlock = memo(
  function LogBlock({ block, search, atEnd }: LogBlockProps) {
    const box = useRef<HTMLDivElement>(null);
    const [near, setNear] = useState(atEnd);
    const height = useRef<number | null>(null);
    useEffect(() => {
      const element = box.current;
      if (!element) return;
      const observer = new IntersectionObserver(
        ([seen]) => {
          if (!seen) return;
          if (!seen.isIntersecting) height.current = seen.boundingClientRect.height;
          setNear(seen.isIntersecting);
        },
        { root: element.closest('.log-scroll'), rootMargin: AHEAD },
      );
      observer.observe(element);
      return () => observer.disconnect();
    }, []);
    const room = height.current ?? block.entries.length * ROW;
    return (
      <div ref={box} style={near ? undefined : { height: room }}>
        {near && <Entries entries={block.entries} search={search} />}
      </div>
    );
  },
  (a, b) => sameBlock(a.block, b.block) && a.search === b.search && a.atEnd === b.atEnd,
);

function Entries({ entries, search }: { readonly entries: readonly LogEntry[]; readonly search: string }) {
  const pattern = patternOf(search);
  return (
    <ol>
      {entries.map((entry) => (
        <Entry key={entry.n} entry={entry} pattern={pattern} />
      ))}
    </ol>
  );
}

const LEVEL_ICON = { info: Info, warning: TriangleAlert, error: CircleAlert } as const;

function Entry({
  entry: { at, level, text },
  pattern,
}: {
  readonly entry: LogEntry;
  readonly pattern: RegExp | undefined;
}) {
  const t = useText('machines');
  return (
    <li className={`log-entry log-${level}`}>
      <time className="log-time" dateTime={new Date(at).toISOString()}>
        {clockText(at)}
      </time>
      <span className="log-level">
        <Icon of={LEVEL_ICON[level]} size={14} />
        {t(`log.levelName.${level}`)}
      </span>
      <span className="log-text">
        {pieces(text, pattern).map((piece) =>
          piece.found ? <mark key={piece.at}>{piece.text}</mark> : <span key={piece.at}>{piece.text}</span>,
        )}
      </span>
    </li>
  );
}
