/** Finds fields by what stands in them. */

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether every word of `query` stands in one of `texts`, ignoring case and accents. An empty query finds everything. */
export function finds(query: string, texts: readonly string[]): boolean {
  const all = texts.map(folded);
  return folded(query)
    .split(/\s+/)
    .filter((word) => word !== '')
    .every((word) => all.some((text) => text.includes(word)));
}

interface Searched {
  readonly id: string;
  readonly words: readonly string[];
}

/** The rows that `query` finds; null where there is nothing to look for. A section's name finds all that is in it. */
export function search(
  query: string,
  sections: readonly { readonly label: string; readonly rows: readonly Searched[] }[],
): ReadonlySet<string> | null {
  if (query.trim() === '') return null;
  const found = sections.flatMap(({ label, rows }) =>
    rows.filter(({ words }) => finds(query, [...words, label])).map(({ id }) => id),
  );
  return new Set(found);
}
