/** A value that is typed or slid: shown as it is, and kept once one pauses. */
import { useEffect, useRef, useState } from 'react';

/** Long enough for the next key or the next step of a slider, too short to wait for. */
const PAUSE_MS = 250;

export interface Typed<V> {
  /** Undefined: what is typed stands for no value. */
  readonly value: V | undefined;
  readonly onChange: (value: V | undefined) => void;
}

/** `keep` gets values that `mayKeep` only, at the latest when the field goes. */
export function useTyped<V>(stored: V, mayKeep: (value: V) => boolean, keep: (value: V) => void): Typed<V> {
  const [typed, setTyped] = useState<{ readonly value: V | undefined } | null>(null);
  const waiting = useRef<{ readonly value: V; readonly timer: ReturnType<typeof setTimeout> } | null>(null);
  const latest = useRef(keep);
  latest.current = keep;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever it is stored anew, here or elsewhere
  useEffect(() => {
    if (!waiting.current) setTyped(null);
  }, [stored]);
  useEffect(
    () => () => {
      if (!waiting.current) return;
      clearTimeout(waiting.current.timer);
      latest.current(waiting.current.value);
    },
    [],
  );
  return {
    value: typed ? typed.value : stored,
    onChange: (value) => {
      setTyped({ value });
      if (waiting.current) clearTimeout(waiting.current.timer);
      waiting.current = null;
      if (value === undefined || !mayKeep(value) || value === stored) return;
      const timer = setTimeout(() => {
        waiting.current = null;
        latest.current(value);
      }, PAUSE_MS);
      waiting.current = { value, timer };
    },
  };
}
