/**
 * Chromium's processes that end when they should not: each leaves a report. A window whose page went with one is shown anew; its
 * guests know nothing of it, for the host is elsewhere.
 */
import type { App, WebContents } from 'electron';

export interface FaultParts {
  readonly app: Pick<App, 'on'>;
  /** Keeps the text on this computer. */
  readonly report: (text: string) => void;
  /** The page of a window broke down again, at once. True to try once more. */
  readonly askToReload: () => Promise<boolean>;
  readonly now?: () => number;
}

/** A page that lasted no longer than this would most likely go the same way again. */
const SOON_MS = 30_000;
/** Ends that somebody wanted. */
const WANTED: ReadonlySet<string> = new Set(['clean-exit', 'killed']);

export function watchForFaults({ app, report, askToReload, now = Date.now }: FaultParts): void {
  const reloaded = new WeakMap<WebContents, number>();

  const showAnew = async (contents: WebContents) => {
    const last = reloaded.get(contents);
    if (last !== undefined && now() - last < SOON_MS && !(await askToReload())) return;
    if (contents.isDestroyed()) return;
    reloaded.set(contents, now());
    contents.reload();
  };

  app.on('render-process-gone', (_event, contents, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    report(`The process of a window is gone: ${reason}, exit code ${exitCode}`);
    showAnew(contents).catch((error: unknown) => report(String(error)));
  });
  app.on('child-process-gone', (_event, { type, name, reason, exitCode }) => {
    if (WANTED.has(reason)) return;
    report(`A process of Chromium is gone: ${type}${name ? ` (${name})` : ''}, ${reason}, exit code ${exitCode}`);
  });
}
