/**
 * Updates of the app. Everything is prepared, and off: there is no feed yet. To switch it on, name the feed here and in
 * `electron-builder.yml` (`publish`), and sign the packages, without which macOS and Windows take no update.
 */

/** Where new versions are published. */
const FEED: string | undefined = undefined;
const CHECK_EVERY_MS = 24 * 60 * 60 * 1000;

/** The part of electron-updater's `autoUpdater` that is used. */
export interface Updater {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  setFeedURL(feed: { provider: 'generic'; url: string }): void;
  checkForUpdatesAndNotify(): Promise<unknown>;
}

/** Looks for updates now and once a day; they are installed when the user quits, never under a running guest. */
export function watchForUpdates(
  load: () => Promise<Updater>,
  log: (text: string) => void,
  feed: string | undefined = FEED,
): () => void {
  if (feed === undefined) return () => {};
  const check = async () => {
    const updater = await load();
    updater.autoDownload = true;
    updater.autoInstallOnAppQuit = true;
    updater.setFeedURL({ provider: 'generic', url: feed });
    await updater.checkForUpdatesAndNotify();
  };
  const checkAndLog = () => {
    check().catch((error: unknown) => log(`no update: ${error instanceof Error ? error.message : String(error)}`));
  };
  checkAndLog();
  const timer = setInterval(checkAndLog, CHECK_EVERY_MS);
  return () => clearInterval(timer);
}
