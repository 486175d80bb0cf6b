/** Numbers, sizes and times the way people write them. */
import { i18n } from './i18n.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12 s`, `4 min`, `3 h 12 min`, `2 days 3 h`: two units at most. Negative counts as 0. */
export function durationText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return i18n.t('app:duration.seconds', { count: Math.floor(ms / 1000) });
  const minutes = Math.floor(ms / MINUTE);
  if (ms < HOUR) return i18n.t('app:duration.minutes', { count: minutes });
  const hours = Math.floor(ms / HOUR);
  if (ms < DAY) return i18n.t('app:duration.hours', { hours, minutes: minutes % 60 });
  return i18n.t('app:duration.days', { count: Math.floor(ms / DAY), hours: hours % 24 });
}

/** Seconds with one decimal: `3.9 s`. */
export function secondsText(milliseconds: number): string {
  return i18n.t('app:duration.exact', { seconds: (milliseconds / 1000).toFixed(1) });
}

function sameDay(a: Date, b: Date): boolean {
  return a.toDateString() === b.toDateString();
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept, for making one takes a hundred times as long as using it, and there are lists of hundreds of rows. */
function written(at: number, style: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify([i18n.language, style]);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(i18n.language, style);
    formats.set(key, format);
  }
  return format.format(at);
}

/** `14:02` today, `Mon 17:40` within a week, else the date. */
export function momentText(at: number, now: number = Date.now()): string {
  if (sameDay(new Date(at), new Date(now))) {
    return written(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  }
  if (now - at < 6 * DAY) {
    return written(at, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  }
  return written(at, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `14:02:31`. */
export function clockText(at: number): string {
  return written(at, { timeStyle: 'medium', hourCycle: 'h23' });
}

/** `Today`, or `Monday, 2 March 2026` in the order that the language has. */
export function dayText(at: number, now: number): string {
  if (sameDay(new Date(at), new Date(now))) return i18n.t('machines:log.today');
  return written(at, { dateStyle: 'full' });
}

/** 0.41 as `41 %`. */
export function percentText(share: number): string {
  return i18n.t('app:percent', { value: Math.round(share * 100) });
}
