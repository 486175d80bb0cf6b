import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './folders.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-folders-'));
afterAll(() => rmSync(root, { recursive: true }));

it('makes all that is missing, and is content with what is there', async () => {
  const folder = path.join(root, 'a', 'b', 'c');
  await makeFolder(folder);
  await makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

it('refuses below a file', async () => {
  writeFileSync(path.join(root, 'file'), '');
  await expect(makeFolder(path.join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it.runIf(process.platform === 'linux')('refuses, and ends, where the file system takes no folders', async () => {
  await expect(makeFolder('/proc/innkeeper/cache')).rejects.toMatchObject({ code: 'ENOENT' });
});
