/** When a background host ends by itself. */
import type { Ownership } from './ownership.ts';

/** Seconds: long enough for the next command of a script, short enough that nobody wonders what still runs. */
const IDLE_SECONDS = 10;

/** `$INN_HOST_IDLE`, in seconds, where it is a number of 0 or more. */
export function idleSeconds(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const text = env.INN_HOST_IDLE ?? '';
  const seconds = Number(text);
  return text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0 ? seconds : IDLE_SECONDS;
}

/** Calls `end` once nothing has run, and nobody was there, for so many seconds on end. */
export function endWhenIdle(ownership: Pick<Ownership, 'need' | 'onNeed'>, seconds: number, end: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const { running, doors } = ownership.need();
    if (running > 0 || doors > 0) {
      clearTimeout(timer);
      timer = undefined;
    } else timer ??= setTimeout(end, seconds * 1000);
  };
  ownership.onNeed(look);
  look();
}
