import { beforeEach, expect, it, vi } from 'vitest';
import { FakeContents, type FakeElectron, newElectron } from '../../tests/fixtures/electron-module.ts';
import { watchForFaults } from './faults.ts';

let electron: FakeElectron;
const report = vi.fn();
const askToReload = vi.fn();
let now: number;

beforeEach(() => {
  electron = newElectron();
  report.mockReset();
  askToReload.mockReset();
  now = 1e6;
  watchForFaults({ app: electron.module.app as never, report, askToReload, now: () => now });
});

function gone(contents: FakeContents, reason = 'crashed'): void {
  electron.module.app.emit('render-process-gone', {}, contents, { reason, exitCode: 5 });
}

it('reports a page that broke down, and shows it anew', async () => {
  const contents = new FakeContents();
  gone(contents);
  expect(report).toHaveBeenCalledWith('The process of a window is gone: crashed, exit code 5');
  await vi.waitFor(() => expect(contents.reload).toHaveBeenCalledOnce());
  expect(askToReload).not.toHaveBeenCalled();
});

it('asks before it shows anew what broke down again at once', async () => {
  const contents = new FakeContents();
  gone(contents);
  await vi.waitFor(() => expect(contents.reload).toHaveBeenCalledTimes(1));
  now += 1000;
  askToReload.mockResolvedValueOnce(false);
  gone(contents);
  await vi.waitFor(() => expect(askToReload).toHaveBeenCalledTimes(1));
  now += 1000;
  askToReload.mockResolvedValueOnce(true);
  gone(contents);
  await vi.waitFor(() => expect(contents.reload).toHaveBeenCalledTimes(2));
  now += 60_000;
  gone(contents);
  await vi.waitFor(() => expect(contents.reload).toHaveBeenCalledTimes(3));
  expect(askToReload).toHaveBeenCalledTimes(2);
});

it('leaves alone a page whose window was closed', () => {
  const contents = new FakeContents();
  gone(contents, 'clean-exit');
  expect(report).not.toHaveBeenCalled();
  expect(contents.reload).not.toHaveBeenCalled();
});

it('reports other processes of Chromium, unless somebody ended them', () => {
  const { app } = electron.module;
  app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 139 });
  app.emit('child-process-gone', {}, { type: 'Utility', name: 'Network Service', reason: 'oom', exitCode: 9 });
  app.emit('child-process-gone', {}, { type: 'Utility', reason: 'clean-exit', exitCode: 0 });
  expect(report.mock.calls).toEqual([
    ['A process of Chromium is gone: GPU, crashed, exit code 139'],
    ['A process of Chromium is gone: Utility (Network Service), oom, exit code 9'],
  ]);
});
