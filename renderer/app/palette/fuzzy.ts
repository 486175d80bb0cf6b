/** Finds texts by some of their letters, in order: `sl` finds `Show log`. */

export interface Match {
  /** Higher is better. */
  readonly score: number;
  /** Positions of the letters that were found, rising. */
  readonly at: readonly number[];
}

const WORD_START = 8;
const RUN = 5;
const TEXT_START = 4;
const GAP = -0.2;

function wordStart(text: string, at: number): boolean {
  return at === 0 || /[\s\-_./:]/.test(text[at - 1] ?? '');
}

/**
 * The best way to find `query` in `text`, ignoring case and the query's blanks; undefined if there is none. Beginnings of
 * words and letters in a row count most.
 */
export function fuzzy(query: string, text: string): Match | undefined {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const lower = text.toLowerCase();
  if (wanted === '') return { score: 0, at: [] };
  // best[j]: the best match of the letters so far whose last letter is text[j].
  let best: (Match | undefined)[] = [];
  for (let i = 0; i < wanted.length; i++) {
    const next: (Match | undefined)[] = new Array(lower.length);
    let before: Match | undefined;
    for (let j = i; j < lower.length; j++) {
      // `before` is the best match of the former letters that ends left of j - 1, faded by each letter between.
      const last = i === 0 || j === 0 ? undefined : best[j - 1];
      if (lower[j] === wanted[i]) {
        const own = (wordStart(lower, j) ? WORD_START : 0) + (j === 0 ? TEXT_START : 0) + 1;
        if (i === 0) next[j] = { score: own + j * GAP, at: [j] };
        else {
          const run = last && { score: last.score + own + RUN, at: last.at };
          const apart = before && { score: before.score + own, at: before.at };
          const from = run && apart ? (run.score >= apart.score ? run : apart) : (run ?? apart);
          if (from) next[j] = { score: from.score, at: [...from.at, j] };
        }
      }
      if (before) before = { score: before.score + GAP, at: before.at };
      if (last && (!before || last.score > before.score)) before = last;
    }
    best = next;
  }
  let found: Match | undefined;
  for (const match of best) if (match && (!found || match.score > found.score)) found = match;
  return found;
}
