/** What was last run from the palette, kept in this browser. */
const KEY = 'innkeeper.recent';
const MOST = 5;

export function recentEntries(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string').slice(0, MOST) : [];
  } catch {
    // Written by something else: as if nothing had been run.
    return [];
  }
}

export function noteRecent(id: string): void {
  const kept = [id, ...recentEntries().filter((each) => each !== id)].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(kept));
}
