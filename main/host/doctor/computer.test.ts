import { afterEach, expect, test, vi } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import { checkClock, checkCpus, checkMemory, checkWebAssembly, runtimeVersions } from './computer.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('memory: a guest must fit into what is free', () => {
  expect(checkMemory({ total: 8 * GiB, available: 4 * GiB })).toEqual({
    status: 'ok',
    text: '4 GiB of 8 GiB are free',
  });
  expect(checkMemory({ total: 8 * GiB, available: 300 * MiB }).status).toBe('warning');
  expect(checkMemory().text).toMatch(/ of .* are free$/);
});

test('CPUs: one is few', () => {
  expect(checkCpus(8).status).toBe('ok');
  expect(checkCpus(1).status).toBe('warning');
});

test('clock: neither before this was written nor before machines were made', () => {
  const now = Date.UTC(2030, 0, 1);
  const day = 24 * 60 * 60_000;
  expect(checkClock([now - day, now + day / 2], now).status).toBe('ok');
  expect(checkClock([now + 2 * day], now)).toMatchObject({
    status: 'warning',
    text: expect.stringContaining('1 machine'),
  });
  expect(checkClock([], Date.UTC(1970, 0, 1)).status).toBe('failed');
});

test('WebAssembly with threads works here; more memory than there can be is said to be', async () => {
  expect(await checkWebAssembly(16)).toEqual({ status: 'ok', text: expect.stringContaining('works') });
  expect(await checkWebAssembly(70_000)).toMatchObject({ status: 'warning', text: expect.stringContaining('4.3 GiB') });
});

test('WebAssembly that is switched off is said to be', async () => {
  vi.stubGlobal('WebAssembly', {});
  expect(await checkWebAssembly(16)).toMatchObject({ status: 'failed', nextStep: expect.stringContaining('Node') });
});

test('versions name what runs Innkeeper', () => {
  expect(runtimeVersions()).toContain(`Node ${process.versions.node}`);
});
