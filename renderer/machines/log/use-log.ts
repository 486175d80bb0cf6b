import { useCallback, useEffect, useRef, useState } from 'react';
import { useHost, useStream } from '../../connection/use-host.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { afterNews, afterOlder, type LogPart, PAGE, UNKNOWN } from './entries.ts';

/** The most that the host hands out at once. */
const MOST = 10_000;

export interface UsedLog {
  readonly part: LogPart;
  /** Older entries are on their way. */
  readonly loading: boolean;
  readonly error: ShownError | null;
  /** One page of older entries, unless it is on its way or there are none. */
  readonly loadOlder: () => void;
  /** Resolves with the whole log. Throws what the host says. */
  readonly loadAll: () => Promise<LogPart>;
}

/** The log of a machine as it is written; older entries when asked for. `whole`: all of them, as soon as can be. */
export function useLog(id: string, whole: boolean): UsedLog {
  const { connection, status } = useHost();
  const [part, setPart] = useState(UNKNOWN);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<ShownError | null>(null);
  /** As it is right now, also between renders. */
  const latest = useRef(UNKNOWN);
  const underway = useRef<Promise<LogPart> | null>(null);

  const become = useCallback((next: LogPart) => {
    latest.current = next;
    setPart(next);
    return next;
  }, []);
  useStream(
    'machine.watchLog',
    { id, last: PAGE },
    (news) => {
      setError(null);
      become(afterNews(latest.current, news));
    },
    (reason) => setError(shownError(reason)),
  );

  const older = useCallback(
    (limit: number): Promise<LogPart> => {
      const ask = async () => {
        setLoading(true);
        try {
          const before = latest.current.entries[0]?.n;
          const found = await connection.call('machine.log', {
            id,
            limit,
            ...(before === undefined ? {} : { before }),
          });
          // Where the log was let go in the meantime, what was found does not join it.
          if (latest.current.entries[0]?.n !== before) return latest.current;
          setError(null);
          return become(afterOlder(latest.current, found, limit));
        } finally {
          underway.current = null;
          setLoading(false);
        }
      };
      underway.current ??= ask();
      return underway.current;
    },
    [connection, id, become],
  );
  const loadAll = useCallback(async () => {
    while (latest.current.complete !== true) await older(MOST);
    return latest.current;
  }, [older]);
  const loadOlder = useCallback(() => {
    if (latest.current.complete !== false || underway.current) return;
    older(PAGE).catch((reason: unknown) => setError(shownError(reason)));
  }, [older]);

  // A watch says nothing about a log without entries.
  const connected = status === 'connected';
  useEffect(() => {
    if (connected && latest.current.complete === null) {
      older(PAGE).catch((reason: unknown) => setError(shownError(reason)));
    }
  }, [connected, older]);
  useEffect(() => {
    if (connected && whole) loadAll().catch((reason: unknown) => setError(shownError(reason)));
  }, [connected, whole, loadAll]);

  return { part, loading, error, loadOlder, loadAll };
}
