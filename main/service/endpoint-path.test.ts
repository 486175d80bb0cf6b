import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { endpointPath, type Surroundings } from './endpoint-path.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inn-path-'));
afterAll(() => rmSync(root, { recursive: true }));
const { uid } = userInfo();
const long = path.join(root, 'x'.repeat(120));
mkdirSync(long);

function at(name: string): Surroundings & { folder: string } {
  const runtime = path.join(root, name);
  mkdirSync(runtime);
  return {
    platform: 'linux',
    env: { XDG_RUNTIME_DIR: runtime },
    tmpdir: path.join(root, 'y'.repeat(120)),
    uid,
    folder: path.join(runtime, `innkeeper-${uid}`),
  };
}

it('is in the data folder, where what lay there is removed', async () => {
  writeFileSync(path.join(root, 'host.sock'), '');
  expect(await endpointPath(root, at('a'))).toBe(path.join(root, 'host.sock'));
  expect(existsSync(path.join(root, 'host.sock'))).toBe(false);
});

it('is in a private folder where the path is too long for a socket, the same each time', async () => {
  const here = at('b');
  const file = await endpointPath(long, here);
  expect(path.dirname(file)).toBe(here.folder);
  expect(statSync(here.folder).mode & 0o777).toBe(0o700);
  expect(await endpointPath(long, here)).toBe(file);
});

it.each([
  ['that others may enter', (folder: string) => chmodSync(mkdirSync(folder, { recursive: true }) ?? folder, 0o755)],
  ['that is a link', (folder: string) => symlinkSync(root, folder)],
  ['that is a file', (folder: string) => writeFileSync(folder, '')],
])('is not in a folder %s', async (_, make) => {
  const here = at(`c${Math.random()}`.slice(0, 12));
  make(here.folder);
  // Not there, but in /tmp; where even that will not do it is an error
  const file = await endpointPath(long, here).catch((error: { code: string }) => error.code);
  expect(file).not.toContain(here.folder);
});

it('is not in the folder of another user', async () => {
  const here = { ...at('d'), uid: uid + 1 };
  await expect(endpointPath(long, { ...here, env: {} })).rejects.toMatchObject({ code: 'data-folder-unusable' });
});

it('is a pipe with a new name each time on Windows', async () => {
  const windows = { ...at('e'), platform: 'win32' as const };
  const name = await endpointPath('C:\\data', windows);
  expect(name).toMatch(/^\\\\\.\\pipe\\innkeeper-[0-9a-f]{32}$/);
  expect(await endpointPath('C:\\data', windows)).not.toBe(name);
});
