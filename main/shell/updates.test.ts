import { expect, it, vi } from 'vitest';
import { type Updater, watchForUpdates } from './updates.ts';

function fakeUpdater(): Updater {
  return {
    autoDownload: false,
    autoInstallOnAppQuit: false,
    setFeedURL: vi.fn(),
    checkForUpdatesAndNotify: vi.fn(async () => undefined),
  };
}

it('loads nothing and asks nobody while there is no feed', () => {
  const load = vi.fn(async () => fakeUpdater());
  watchForUpdates(load, () => {})();
  expect(load).not.toHaveBeenCalled();
});

it('asks the feed, and installs only on quitting', async () => {
  const updater = fakeUpdater();
  const stop = watchForUpdates(
    async () => updater,
    () => {},
    'https://updates.example.org/',
  );
  await vi.waitFor(() => expect(updater.checkForUpdatesAndNotify).toHaveBeenCalledOnce());
  stop();
  expect(updater.setFeedURL).toHaveBeenCalledWith({ provider: 'generic', url: 'https://updates.example.org/' });
  expect(updater.autoInstallOnAppQuit).toBe(true);
});

it('goes on without an update when the feed fails', async () => {
  const lines: string[] = [];
  const stop = watchForUpdates(
    () => Promise.reject(new Error('no route')),
    (text) => lines.push(text),
    'https://updates.example.org/',
  );
  await vi.waitFor(() => expect(lines).toEqual(['no update: no route']));
  stop();
});
