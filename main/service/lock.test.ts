import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { isLocked, tryLock, tryLockPatiently } from './lock.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-lock-'));
afterAll(() => rmSync(root, { recursive: true }));

it('has one holder, also within a process', () => {
  const file = path.join(root, 'one');
  const lock = tryLock(file);
  expect(lock).toBeDefined();
  expect(tryLock(file)).toBeUndefined();
  expect(isLocked(file)).toBe(true);
  lock?.release();
  expect(isLocked(file)).toBe(false);
  const next = tryLock(file);
  expect(next).toBeDefined();
  next?.release();
});

it('is gone when its holder is killed', async () => {
  const file = path.join(root, 'killed');
  const url = new URL('./lock.ts', import.meta.url).href;
  const script = `const { tryLock } = await import(${JSON.stringify(url)});
    globalThis.lock = tryLock(${JSON.stringify(file)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  expect(tryLock(file)).toBeUndefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = tryLock(file);
  expect(lock).toBeDefined();
  lock?.release();
});

it('outlasts somebody who only looks', async () => {
  const file = path.join(root, 'looked-at');
  const look = tryLock(file);
  setTimeout(() => look?.release(), 30);
  const lock = await tryLockPatiently(file);
  expect(lock).toBeDefined();
  lock?.release();
});

it('says what to do where the folder is no use', () => {
  expect(() => tryLock(path.join(root, 'missing', 'lock'))).toThrow(
    expect.objectContaining({ code: 'data-folder-unusable', nextStep: expect.stringContaining('INN_HOME') }),
  );
});
