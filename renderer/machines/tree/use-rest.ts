/** Draws a long list in two goes, so that a key does not wait for rows that are out of sight. */
import { startTransition, useEffect, useState } from 'react';

/** Machines that are drawn with a key: more than any window shows. */
export const AT_ONCE = 60;
/** Milliseconds without a key after which the others follow. */
const PAUSE = 200;

/** Whether the rest is to be drawn as well. It stays while the search does, whatever happens to the machines. */
export function useRest(search: string): boolean {
  const [complete, setComplete] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => startTransition(() => setComplete(search)), PAUSE);
    return () => clearTimeout(timer);
  }, [search]);
  return complete === search;
}
