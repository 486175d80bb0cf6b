import { expect, test, vi } from 'vitest';
import { ChildProcessError } from '../platform/process.ts';
import { explain, isDiskFull, withFirstSuite } from './suites.ts';

const failure = (text: string) => new Error(`forky: ${text}`);

test('no network on any suite is told apart from broken suites', () => {
  const dns = failure('Temporary failure resolving');
  expect(explain([dns, failure('Could not connect to host:80')], false)).toMatchObject({ code: 'guest-no-network' });
  const mixed = explain([dns, failure('File has unexpected size')], false);
  expect(mixed).toMatchObject({ code: 'guest-build-failed' });
  expect(mixed.message).toContain('unexpected size');
  expect(explain([failure('crun.deb has not been downloaded yet')], true)).toMatchObject({ code: 'guest-offline' });
});

test('a full disk is recognized in our own errors and in those of programs', () => {
  expect(isDiskFull(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe(true);
  expect(isDiskFull(new ChildProcessError('tar', 2, 'tar: write error: No space left on device', {}))).toBe(true);
  expect(isDiskFull(new ChildProcessError('apt-get', 100, "E: You don't have enough free space in /x", {}))).toBe(true);
  expect(isDiskFull(new ChildProcessError('tar', 2, 'tar: no such file', {}))).toBe(false);
  expect(isDiskFull('no space left on device')).toBe(false);
});

test('without apt the error says what to do instead', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  const access = { root: '/nonexistent', suites: ['forky'], offline: false, onProgress: () => {} };
  await expect(withFirstSuite(access, async () => 1)).rejects.toMatchObject({
    code: 'guest-no-apt',
    nextStep: expect.stringContaining('--guest DIR'),
  });
  vi.unstubAllEnvs();
});
